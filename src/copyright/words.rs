//! What is known of single words, as data. The lists grew out of what the word patterns of the ScanCode toolkit's
//! copyright scanner tell apart (`cluecode/copyrights.py`, version 32).
//!
//! How an entry is written: `~` at its end allows a run of `.`, `,` and `)` behind the word; `*` allows anything behind
//! it, `^` anything that begins with a capital. `%` at its front lets the first letter be of either case. The first list
//! that knows a word decides.

use super::word::Kind;

/// Words by what they mean to a statement, the strongest list first.
pub(super) const WORDS: &[(Kind, &str)] = &[
    (
        Kind::Plain,
        "Copyright.txt copyright. copyright.) %copyrighted. %copyrighted, %copyrighted) %copyrights. \
        %copyrights, %copyrights) COPYRIGHTS. COPYRIGHTS, COPYRIGHTED. COPYRIGHTED,",
    ),
    (Kind::Right, "%right %rights RIGHT RIGHTS rechte Rechte droit droits Droits derechos Derechos rechten Rechten"),
    (
        Kind::Reserved,
        "%reserved~ RESERVED~ %reversed~ REVERSED~ %vorbehalten~ %reserves~ %reservados~ \
        %voorbehouden~",
    ),
    (Kind::Plain, "All all ALL NO Some %alle %tous %todos %los"),
    (Kind::Is, "is are"),
    (Kind::Held, "held"),
    (Kind::Notice, "NOTICE %notice"),
    (Kind::Junk, "NOTICE. NOTICE, NOTICES. NOTICES, %notice. %notice, %notices. %notices, %notices"),
    (
        Kind::Plain,
        "Special Law Law. Law, By No Fu Agreement. Grant. Grant, Product. Act. Distribute. Distribute, dead_horse Earth Maps/Google",
    ),
    (Kind::Noun, "Member(s) Member(s). A11yance* TeX TinCanTools SoftwareBitMaker NetCommWireless"),
    (Kind::Authors, "__author__ __authors__ __contributor__ __contributors__ Author(s) Author(s). Author(s),"),
    (Kind::Suffix, "ApS* W3C(r)"),
    (
        Kind::Name,
        "OpenStreetMap~ AliasDotCom~ AllThingsTalk~ MessageOne* moment/moment FSF~ FSFE~ \
        This_file_is_part_of_KDE Keio_University~ __MyCompanyName__~ Massachusetts_Institute_of_Technology~ \
        (Massachusetts_Institute_of_Technology~ \
        National_de_Recherche_en_Informatique_et_en_Automatique~",
    ),
    (
        Kind::Junk,
        "Re-Creating no * @link link: @link: link @license @license: O= OU OU= XML Parser Dual Crypto PART \
        %originally SPDX-FileContributor* %representation~ %representations~ works, grant Refer Apt Agreement Usage Please Based \
        (Based Upstream File Files Filename Description %procedure %procedures You Everyone %funded Unless rant \
        Subject Acknowledgement Acknowledgements Derivative %licensable %since %license %license. %licensed %licence \
        %licence. %licenced %licensor %licensors under TCK Use Use. Use, User Used Uses %restriction %restrictions %introduction \
        %include %includes %voluntary %contribution* %contributions %modification %modifications Company: For Last \
        %release %released %copyrighting %authori* such %assignment~ %assignments~ %build %string \
        Implementation-Vendor dnl ifndef %visit rem REM Supports Separator .byte Idata %contribute %contributed \
        %function %functions %must ISUPPER ISLOWER AppPublisher DISCLAIM DISCLAIMS SPECIFICALLY identifying* \
        IDENTIFICATION WARRANTIES WARRANTIE WARRANT WARRANTS WARRANTY WARRANTYS hispagestyle Generic generate-* \
        Change Add Average Taken design Driver DeclareUnicodeCharacter Language-Team Last-Translator Translated \
        OMAP730 dylid BeOS Generate Generates Thank Thanks therein their var %this that thats xmlns file file. \
        %async Keyspan grunt.template* else* constructor~ if elsif elif self catch switch type typeof case pos break \
        none None null return def function method try except throw neither nor data-* providing Execute passes \
        Should %licensing %licensing@ Disclaimer Directive Directive. LAWS LAWS, me Derived Limitation Limitations \
        Nothing Policy available Recipient Recipient. LICENSEE LICENSEES LICENSEE. LICENCEE %licensee %licensees \
        %licensee, Application Receiving Party owner Sui Generis Conditioned Warranty Configure Excluded \
        Represents Sufficient Each Partially Liability Named default defaults EXCEPT OWNER OWNER. Comments Comments. \
        you means information %alternatively~ %alternately~ INFRINGEMENT INFRINGEMENT. Install Updates \
        Record-keeping Privacy within official duties civil servant servants Copyleft LegalCopyright Report Available \
        true false node jshint node':true node:true Act Act, %functionality bgcolor F FF FFF FFFF Rewrote Much \
        remain remains remains, earlier law law. law, laws laws. laws, Laws Laws. Laws, LAW LAW. LAW, LAWS. Insert \
        url %see %package %package. Covered date practices %any ANY fprintf* CURDIR Environment/Libraries \
        Environment/Base Violations Violations. Owner behalf know-how %interface %interface, %interfaces %interfaces, than whom Definition \
        Definitions However However, %collectively %config ExifVersion FlashpixVersion HOLDER(S) width %ownership \
        %ownership. Title Title: Debianized-By %debianized Upstream-Maintainer Content* Upstream-Author Packaged-By \
        Windows XP SP1 SP2 SP3 SP4 assembly example.com :License :Licence Agent Agent. %anyone FROM CREATE +0 \
        ToUpper + class template struct typedef next typename namespace type_of begin end Batch Axes* LastModified \
        Lucida CVS EN-IE Info GA unzip EULA* Term~ Terms~ Non-Assertion Coproduct~ CONTRIBUTOR~ CONTRIBUTORS~ \
        OTHER~ OTHERS~ Contributor: Contributors: Version (Version Guid $Guid implementing Unlike using new param \
        which . Tokenizer Tokenizers Analyzer Analyzers PostingsFormat PostingsFormats Comment^ fall %another \
        %aacute* %acircumflex* %keyword* comparing %email* %yourself* parties name names (name (names name) names) \
        private %module~ %modules~ Nodule %returned False~ True~ high low on import imports %warning \
        %warnings %whether %both %caller E-Mail E-mail Email URL %statement~ %statements~ issue issue. issues \
        issues. retain retain. Sun3x",
    ),
    (Kind::Suffix, "K.K. K.K.,"),
    (Kind::Caps, "AS*"),
    (Kind::Mit, "MIT MIT."),
    (Kind::Caps, "MIT,"),
    (
        Kind::Plain,
        "YEAR* Activation Activation. Added As I Additional Are AST AGPL* Agreements Agreements. AIRTM Angular \
        Component^ Function^ Android Any Expander Archiver APPROPRIATE* Asset Assignments Atomic Attribution \
        Attribution. %authored Baslerstr Baslerstr. Before Message BSD BUT But Builder Builders Builders. Cacute \
        Cell. ChangeLog Changelog Change.log CHANGElogger CHANGELOG CHANGES Cap Cases Category Code Collator \
        Collators Commercial* Common Commons Compilation* Contact* Contract Contracts Convention Copying* COPYING* \
        Customer* Custom Data Date DATED Delay* Derivative* Direct DISCLAIMED* Doc Docs DOCUMENTATION* DOM Do \
        DoubleClick Education Extended* Every Digitized* Distribute %distributed~ Distribution* Multiply Convert \
        Compute Case Hessian Include* Downstream* Volume* Manual* Update* Lexer* Symbol* Token* Initial* END Entity \
        Example* Except* Fragments With Tick Dynamic Battery Charger Bugfix Bugfixes Like Likes STA Page Under \
        Interrupt Tape When Specification Specifications Final Holds Image* Supplier* Experimental F2Wku Highlight* \
        Line* NPM* Grunt* Number* FALSE FAQ Foreign From Full Further* Gaim Generated* Glib GPL GPL. GPLd GPL'd Gnome \
        Port GnuPG Grants Grants. Header* HylaFAX IA64 IDEA Id",
    ),
    (Kind::Noun, "Government.* OProfile Grant king"),
    (Kind::Suffix, "Government"),
    (
        Kind::Plain,
        "IDENTIFICATION. IEEE If %intltool Immediately Implementation* Improvement* INCLUDING* \
        Indemnification* Indemnified* Unified Information* In Intellij ISC-LICENSE IS It Java JavaScript JMagnetic \
        Joint Jsunittest List Set Legal LegalTrademarks Library Liberation Sans Interview* ProducerName* Libraries \
        Initials License* Licence* Locker Log Logo Logos Luxi Lucene* Mac Mondrian* Manager Material Mode Modified \
        Mouse Module Natural New NEWS Neither Norwegian Note Notes NOT Nessus NULL Object Objects Open Operating \
        OriginalFilename Original OR OWNER* Package PACKAGE Packaging Patent*",
    ),
    (Kind::Linux, "Linux"),
    (
        Kind::Junk,
        "Appropriate Download* EXHIBIT Exhibit OPENING* (Computer Programs) Regulations* message.* %formatting* \
        Todo/Under cleanup cleanups BitLen CD Cleaned %permission* PERMISSION* define defined Send They Adapted added \
        %debugging Fibonacci %test %tests Make^ Create^ Schema^ Message^ website* knowledge~",
    ),
    (
        Kind::Plain,
        "Pentium PGP Phrase* Plugin* Policy* POSIX Possible* Powered Predefined Promise Product Products \
        Products. PROFESSIONAL PROFESSIONAL. Programming PROOF* PROVIDED Public Public. Qualified RCSfile README Read \
        RECURSIVE Redistribution* Refactor Record Records Reference References Related Release Revision Revisions \
        Rule RIGHT* %respective* SAX Section Sections Separa* Service Several SIGN Sink Sink. Site Site. Statement* \
        software SOFTWARE So Sort Source Signature Standard Std Supplicant* Support* Tag^ Target Technical \
        Termination The THE* These %there This THIS Those Timer* TODO Tool~ Tools~ Trademark Trademarks TRUE %text \
        Unicode Updated* User Users VALUE Various* Vendor* VIEW Visit* Wheel Win32 Work* WPA Xalan IP* YOUR* Your* \
        Date^ Create Engine. While Review* Help* Web* Weld Common^ MultiPart* Upload* PUT POST YUI PicoModal \
        CodeMirror Branched Partial Fixed Later Rear Left Improved Designed Organised Re-organised Swap Thumb \
        error_act Free am pm AM PM Name Name. Name, Co-Author Co-Author. Co-Author, Author's Co-Author's Convention. \
        Convention, Paris Paris. Paris, %january %february %march %april %july %august %september %october %november \
        %december Mon Tue Wed Thu Fri Sat Sun May Mon, Tue, Wed, Thu, Fri, Sat, Sun, May, Flux Modify Creation^ \
        Creator Document Emulation Exposure Time CrdInfo Device Mfg Comment Frame Size Flag Thumbnail Angle Duration \
        Override Handler* Compression Letter Moved More Phone Input Inputs Full^ Last^ Author^ as taken %boolean",
    ),
    (Kind::Month, "Feb Mar Apr Jul Aug Sep Oct Nov Dec Feb, Mar, Apr, Jul, Aug, Sep, Oct, Nov, Dec,"),
    (
        Kind::Month,
        "%monday %tuesday %wednesday %thursday %friday %saturday %sunday %monday, %tuesday, %wednesday, \
        %thursday, %friday, %saturday, %sunday,",
    ),
    (
        Kind::Holder,
        "%holder %holders HOLDER HOLDERS HOLDER, HOLDER. HOLDERS, HOLDERS. %holder. %holders. %holder, %holders,",
    ),
    (
        Kind::Noun,
        "communications* Cambridge~ Stockholm~ Davis~ Sweden~ Massachusetts~ Oregon~ California~ Norway~ UK~ \
        Berlin~ CONCORD~ Manchester~ MASSACHUSETTS~ Finland~ Espoo~ Munich~ Germany~ Italy~ Spain~ Europe~ Lafayette~ \
        Indiana~ Belgium~ France~ (Cambridge~ (Sweden~ (Germany~ (Italy~ (UK~ (Norway~ (Finland~ (Belgium~ (France~ \
        Software,', (Royal PARADIGM vFeed nexB UserTesting D.T.Shield D.T.Shield. ONeal~ suzuki toshiya~ leethomason \
        finney sean chris ulrich wadim dziedzic okunishinishi yiminghe daniel wirtz vonautomatisch werkstaetten~ \
        werken various~ karsten wiese %attributable Robert* electronic electronics LaTeX3 Meridian'93 Xiph.Org \
        iClick iClick, semiconductor~ semiconductors~ U.S.A U.S.A. %affiliate %affiliates %affiliate. %affiliates. \
        %affiliate(s) %affiliate(s).",
    ),
    (Kind::Company, "SuSE Suse FedICT 10gen"),
    (
        Kind::Suffix,
        "(Winbond) (Winbond), AT&T~ %inc~ Inc> Inc.> Incorporated~ %company~ Limited~ LIMITED~ COMPANY,LTD \
        INC~ INCORPORATED~ CORP~ CORPORATION~ FOUNDATION~ GROUP~ COMPANY~ (tm)~ %forum* %corp~ %corporation~ \
        %corporations~ Co~ co~ CO~ cO~ %consortium~ %foundation~ %alliance~ Working %group~ %technology~ \
        %technologies~ %community~ %communities~ %microsystems~ %project~ %projects~ %team~ %teams~ %tech~ Limited' \
        LTD~ Ltd~ ltd~ LTd~ LtD~ LLC~ Llc~ llc~ LLP~ Llp~ llp~ L.L.C~ L.L.P~ L.P~ Co.Ltd~ Co.,Ltd~ Co.LTD~ Co.,LTD~ CO.LTD~ CO.,LTD~ %subsidiary %subsidiaries \
        %subsidiaries. %subsidiary(-ies) %subsidiary(-ies). S.A S.A. S.A., S.A.S S.A.S. SAS SAS, SA SA. SA, Sas sas \
        A/S~ AG AG, AG. AB AB, AB. Lab Lab. Lab, Labs Labs. Labs, Research Research, Research. Center \
        Center, Center. INRIA INRIA, INRIA. Societe KG KG, KG. SARL~ S.A.R.L.~ a.s. S.r.l~ \
        Vertriebsges.m.b.H Vertriebsges.m.b.H. ehf ehf. hf hf. svf svf. ohf ohf. SPRL~ srl~ sp. o.o. e.K. e.Kfm. \
        e.Kfr. GmbH~ GMBH~ gmbh~ Gmbh~ e.V~ e.v~ V.V. s.p.A s.p.A. S.p.A~ S.P.A~ s.p.a~ \
        s.r.o s.r.o. Laboratory~ Laboratories~ Laboratoire~ B.V~ b.v~ BV~ bv Bv BVBA~ bvba~ \
        Partners Partners. Partners, INSTITUTE* %institut %instituts %institute %institutes %institutet %instituto \
        %institutos %instituta %institutas %institutu %instituti (Institute (Institut Facility* Tecnologia* IVS \
        IVS. Abp Abp. Abp, District~ Division~",
    ),
    (
        Kind::University,
        "%univ~ %univ. %university~ %universite~ %universitat~ %universita~ %universidad~ \
        %universidade~ (University~ UNIVERSITY College Academia %academy~ academia Academie",
    ),
    (Kind::AuthorsStop, "%authors, %author. %authors. Author(s). al."),
    (Kind::Author, "%author @author @Author @authors @author: @authors: MODULEAUTHOR"),
    (Kind::Authors, "%authors author'"),
    (Kind::Contributors, "%contributors~"),
    (Kind::Plain, "Contributor Contributor. Contributor, Contributing Licensor Licensor. Licensor,"),
    (
        Kind::MadeBy,
        "%coded %recoded (Recoded (recoded %modified (modified (Modified %created (created (Created \
        %written %writen %writted %writed (written (Written %rewritten %rewriten (rewritten %maintained (maintained \
        (Maintained %developed (developed (Developed authored",
    ),
    (Kind::Committers, "%committers*"),
    (
        Kind::Maintainers,
        "%admin %admins %developer %developers %developer. %developers. %maintainer %maintainers \
        %maintainer. %maintainers. %co-maintainer %co-maintainers",
    ),
    (Kind::Of, "OF of Of De DE Di di aan"),
    (Kind::In, "in en"),
    (Kind::By, "by BY"),
    (Kind::And, "and And AND and/or & at et Et ET Und und ,"),
    (Kind::Others, "%others~ %others. %others, %oters et.al et.al. %other.s et.al,"),
    (Kind::Dash, "- -- /"),
    (Kind::To, "to"),
    (Kind::Portions, "%portion* %part %parts"),
    (Kind::Von, "van Van von Von Vo Da da de du Du Va va"),
    (
        Kind::Year,
        "LastChangedDate $LastChangedDate$ date-of-software $date-of-software date-of-document \
        $date-of-document today.year*",
    ),
    (Kind::At, "AT"),
    (Kind::Dot, "DOT dot"),
    (Kind::Junk, "MMC"),
    (Kind::Following, "following"),
];
