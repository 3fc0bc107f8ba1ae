//! What an expression as a whole asks of those who pass the code on.

use spdx::expression::{ExprNode, Operator};
use spdx::{AdditionItem, Expression, LicenseReq};

use crate::license::expression::MODE;
use crate::model::license::Category;

/// The category of `expression`, given that of single licences and exceptions by their SPDX name or `LicenseRef-`: the best
/// choice among `OR`, the worst part among `AND`. What is no expression is [`Category::Unknown`].
pub fn category(expression: &str, of: &dyn Fn(&str) -> Category) -> Category {
    let Ok(parsed) = Expression::parse_mode(expression, MODE) else { return Category::Unknown };
    let mut parts: Vec<Category> = Vec::new();
    for node in parsed.iter() {
        let part = match node {
            ExprNode::Req(one) => requirement(&one.req, of),
            ExprNode::Op(operator) => {
                let (Some(right), Some(left)) = (parts.pop(), parts.pop()) else { return Category::Unknown };
                match operator {
                    Operator::Or => left.min(right),
                    Operator::And => left.max(right),
                }
            }
        };
        parts.push(part);
    }
    parts.pop().unwrap_or(Category::Unknown)
}

/// Exceptions that lift no duty of the GPL: this one only promises time to mend a violation.
const LIFTS_NOTHING: [&str; 1] = ["GPL-CC-1.0"];

/// One licence with its exception. An exception to the GPL lets it be linked or built into works under other terms, which
/// is what makes a copyleft weak; the AGPL's duty to those served over a network stays.
fn requirement(one: &LicenseReq, of: &dyn Fn(&str) -> Category) -> Category {
    let own = of(one.license.to_string().trim_end_matches('+'));
    let Some(AdditionItem::Spdx(exception)) = &one.addition else { return own };
    match own {
        Category::Copyleft if !LIFTS_NOTHING.contains(&exception.name) => Category::WeakCopyleft,
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Category {
        match name {
            "MIT" | "Apache-2.0" => Category::Permissive,
            "LGPL-2.1-only" => Category::WeakCopyleft,
            "GPL-2.0-only" | "GPL-2.0-or-later" => Category::Copyleft,
            "AGPL-3.0-only" => Category::NetworkCopyleft,
            "LicenseRef-acme" => Category::Proprietary,
            _ => Category::Unknown,
        }
    }

    #[test]
    fn the_best_choice_and_the_worst_part_count() {
        use Category::*;
        for (expression, expected) in [
            ("MIT", Permissive),
            ("Apache-2.0+", Permissive),
            ("MIT OR GPL-2.0-only", Permissive),
            ("MIT AND GPL-2.0-only", Copyleft),
            ("(MIT OR GPL-2.0-only) AND LGPL-2.1-only", WeakCopyleft),
            ("MIT OR (GPL-2.0-only AND LicenseRef-acme)", Permissive),
            ("GPL-2.0-or-later WITH Classpath-exception-2.0", WeakCopyleft),
            ("GPL-2.0-only WITH GPL-CC-1.0", Copyleft),
            ("AGPL-3.0-only WITH Classpath-exception-2.0", NetworkCopyleft),
            ("Apache-2.0 WITH LLVM-exception", Permissive),
            ("GPL-2.0-only WITH AdditionRef-ours", Copyleft),
            ("MIT AND ISC", Unknown),
            ("MIT OR ISC", Permissive),
            ("no expression", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(category(expression, &of), expected, "{expression}");
        }
    }
}
