"""Credentials that are known by what their issuer puts in front of them.

Sources: the issuers' documentation of their token formats, as of November 2026.
"""

from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, START

# What the issuer's text begins with, in lower case, and the whole shape with its length: shorter is prose.
_SHAPES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    (("github_pat_",), r"github_pat_\w{22,255}"),
    (
        ("glpat-", "gldt-", "glrt-", "glptt-", "glsoat-", "glcbt-", "glft-", "glimt-", "glagent-"),
        r"gl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent)-[\w.-]{20,255}",
    ),
    (("xox",), r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,255}"),
    (("xapp-",), r"xapp-\d-[A-Z0-9]{8,16}-\d{8,16}-[0-9a-f]{32,128}"),
    (("k_live_", "k_test_"), r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}"),
    (("whsec_",), r"whsec_[A-Za-z0-9+/=]{20,128}"),
    (("aiza",), r"AIza[\w-]{35}"),
    (("ya29.",), r"ya29\.[\w-]{20,1024}"),
    (("1//",), r"1//[\w-]{30,256}"),
    (("u+",), r"u\+[\w-]{18}"),
    (("gocspx-",), r"GOCSPX-[\w-]{20,64}"),
    (("sg.",), r"SG\.[\w-]{16,32}\.[\w-]{30,64}"),
    (("sk",), r"SK[0-9a-f]{32}"),
    (("npm_",), r"npm_[A-Za-z0-9]{36}"),
    (("pypi-age",), r"pypi-AgE[\w-]{20,1024}"),
    (("_v1_",), r"do[opr]_v1_[0-9a-f]{64}"),
    (
        ("sk-",),
        (
            r"sk-(?:ant-|proj-|svcacct-|admin-|None-)[\w-]{20,255}|sk-[A-Za-z0-9]{32,64}"
            r"|sk-(?:[a-z]{2,10}-){1,2}(?:v\d-)?[A-Za-z0-9]{24,128}"
        ),
    ),
    (("hf_",), r"hf_[A-Za-z0-9]{30,64}"),
    (("gsk_",), r"gsk_[A-Za-z0-9]{40,64}"),
    (("atatt3", "atctt3"), r"AT[AC]TT3[\w=-]{20,512}"),
    (("nrak-",), r"NRAK-[A-Z0-9]{20,40}"),
    (("glsa_",), r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    (("glc_ey",), r"glc_ey[\w=+/]{20,512}"),
    (("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[\w-]{20,512}"),
    (("dp.",), r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{1,40}\.)?[A-Za-z0-9]{40,44}"),
    ((".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}"),
    (("lin_api_", "lin_oauth_"), r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}"),
    (("ntn_",), r"ntn_[A-Za-z0-9]{40,64}"),
    (("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    (("sq0",), r"sq0(?:atp|csp)-[\w-]{22,64}"),
    (("key-",), r"key-[0-9a-f]{32}"),
    (("dckr_pat_", "dckr_oat_"), r"dckr_[po]at_[\w-]{20,64}"),
    (("age-secret-key-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    (("hrku-",), r"HRKU-[\w-]{20,80}"),
    (("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    (("pul-",), r"pul-[0-9a-f]{40}"),
    (("pmak-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    (("nvapi-",), r"nvapi-[\w-]{40,80}"),
    (("sntrys_", "sntryu_"), r"sntry[su]_[\w=+/-]{20,512}"),
    (("ccipat_",), r"CCIPAT_\w{20,128}"),
    (("ltai",), r"LTAI[A-Za-z0-9]{16,20}"),
    (("akid",), r"AKID[A-Za-z0-9]{28,36}"),
    (("q~",), r"[\w~.-]{3}\dQ~[\w~.-]{31,34}"),
    (("sdk-", "api-", "mob-"), r"(?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ((":aa",), r"(?:bot)?\d{8,10}:AA[\w-]{32,35}"),
    (("atbb",), r"ATBB[A-Za-z0-9]{24,64}"),
    (("sbp_",), r"sbp_[0-9a-f]{40}"),
    (("rubygems_",), r"rubygems_[0-9a-f]{48}"),
    (("pat",), r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    (("figd_",), r"figd_[\w-]{38,64}"),
    (("tskey-",), r"tskey-(?:[a-z]{2,10}-)?[A-Za-z0-9]{8,24}-[A-Za-z0-9]{16,64}"),
    (("dt0",), r"dt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}"),
    (("bkua_",), r"bkua_[0-9a-f]{40}"),
    (("sqp_", "squ_", "sqa_"), r"sq[pua]_[0-9a-f]{40}"),
    (("nfp_",), r"nfp_[A-Za-z0-9]{36,40}"),
    (("cfpat-",), r"CFPAT-[\w-]{40,64}"),
    (("pplx-",), r"pplx-[A-Za-z0-9]{40,64}"),
    (("xai-",), r"xai-[A-Za-z0-9]{60,100}"),
    (("lsv2_",), r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    (("pscale_",), r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}"),
    (("pnu_", "pnb_"), r"pn[ub]_[A-Za-z0-9]{36}"),
    (("rdme_",), r"rdme_[a-z0-9]{70}"),
    (("tfp_",), r"tfp_[\w.=-]{40,64}"),
    (("aio_",), r"aio_[A-Za-z0-9]{28}"),
    (("r8_",), r"r8_[A-Za-z0-9]{37,40}"),
    (("flwseck",), r"FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,40}-X"),
    (("duffel_",), r"duffel_(?:live|test)_[\w=-]{40,64}"),
    (("xkeysib-", "xsmtpsib-"), r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    (("shippo_",), r"shippo_(?:live|test)_[0-9a-f]{40}"),
    (
        ("access-sandbox-", "access-development-", "access-production-"),
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
    (("pat-",), r"pat-(?:na|eu|ap)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    (("sk.ey",), r"[sp]k\.eyJ[\w-]{20,256}\.[\w-]{16,64}"),
    (("oy2",), r"oy2[a-z0-9]{43}"),
    (("akcp",), r"AKCp[A-Za-z0-9]{64,80}"),
    (("fm1", "fm2_", "fo1_"), r"(?:fm1[ar]|fm2|fo1)_[\w+/=.,-]{40,2048}"),
    (("napi_",), r"napi_[a-z0-9]{60,70}"),
    (("sha256~",), r"sha256~[\w-]{43}"),
    (("aqvn",), r"AQVN[\w-]{35,40}"),
    (("ops_ey",), r"ops_eyJ[\w-]{100,2048}"),
    (("ico-",), r"ico-[A-Za-z0-9]{32}"),
    (("clojars_",), r"CLOJARS_[a-z0-9]{60}"),
    (("ezak", "eztk"), r"EZ[AT]K[A-Za-z0-9]{54}"),
    (("api-",), r"API-[A-Z0-9]{25,32}"),
    (("v1.0-",), r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"),
    (("app_usr-",), r"APP_USR-\d{12,20}-\d{6}-[0-9a-f]{32}(?:-\d{1,12})?"),
    (("-us",), r"[0-9a-f]{32}-us\d{1,2}"),
    (("1/", "2/"), r"[12]/\d{12,20}(?:/\d{12,20})?:[0-9a-f]{32}"),
    (("akia", "asia", "abia", "acca"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    (("nral",), r"(?:[a-z]{2}\d\dxx[0-9a-f]{30}|[0-9a-f]{36})NRAL"),
    (("nrii-", "nriq-", "nrra-"), r"NR(?:II|IQ|RA)-[\w-]{24,44}"),
    (("4/0",), r"4/0A[\w-]{24,256}"),
    (("p8e-",), r"p8e-[a-z0-9]{32}"),
    (("dnkey-",), r"dnkey-[\w=-]{26}-[\w=-]{52}"),
    (("sl.",), r"sl\.(?:u\.)?[\w=-]{60,1024}"),
    (("fio-u-",), r"fio-u-[\w=-]{64}"),
    (("_mmk",), r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    (("tk-us-",), r"tk-us-[\w-]{48}"),
    (("sgp_", "slk_"), r"(?:sgp_(?:[0-9a-f]{16}_|local_)?|slk_)[0-9a-f]{40,64}"),
    (("s-s4t2",), r"s-s4t2(?:ud|af)-[0-9a-f]{64}"),
    (("re_",), r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    (("phx_",), r"phx_[A-Za-z0-9]{40,48}"),
    (("tvly-",), r"tvly-[\w-]{20,64}"),
    (("fc-", "csk-"), r"(?:fc-[0-9a-f]{32}|csk-[a-z0-9]{40,64})"),
    (("jina_",), r"jina_[\w-]{40,80}"),
    (("sb_secret_",), r"sb_secret_[\w-]{20,64}"),
    (("xau_",), r"xau_[A-Za-z0-9]{36,48}"),
    (("vercel_blob_rw_", "vcp_"), r"(?:vercel_blob_rw_|vcp_)\w{24,80}"),
    (("rnd_",), r"rnd_[A-Za-z0-9]{28,32}"),
    (("ddp_", "ddo_"), r"dd[po]_[A-Za-z0-9]{36}"),
    (("cmvmdgtu",), r"cmVmdGtu[A-Za-z0-9]{40,64}"),
    (("cio",), r"cio[A-Za-z0-9]{32}"),
    (("waka_",), r"waka_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    (("rgapi-",), r"RGAPI-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    (("oauth:",), r"oauth:[a-z0-9]{30}"),
    (("atta",), r"ATTA[0-9a-f]{60,72}"),
    (("00d",), r"00D[A-Za-z0-9]{12,15}![\w.-]{60,160}"),
    (("access_token$",), r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}"),
    (("rzp_live_", "rzp_test_"), r"rzp_(?:live|test)_[A-Za-z0-9]{14,32}"),
    (("absk",), r"ABSK[A-Za-z0-9+/]{60,200}={0,2}"),
    (("amzn.mws.",), r"amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    (("da2-",), r"da2-[a-z0-9]{26}"),
    ((":apa91b",), r"[\w-]{8,24}:APA91b[\w-]{100,200}"),
    (("md-",), r"md-(?=[\w-]{0,21}\d)[A-Za-z0-9_-]{22}"),
    (("waka_", "ls__", "fw_"), r"(?:ls__[0-9a-f]{32}|fw_[A-Za-z0-9]{22,32})"),
    (("st.",), r"st\.[0-9a-f-]{24,36}\.[0-9a-f]{32}\.[0-9a-f]{32}"),
    (("pk_",), r"pk_\d{6,10}_[A-Z0-9]{32}"),
    (("eaaa",), r"EAAA[\w-]{56,64}"),
    (("ccipprj_", "cciprj_"), r"CCIPP?RJ_\w{20,128}"),
    (("whsec_", "we_1"), r"whsec_[\w+/=-]{24,128}"),
    (("sat.", "pat."), r"[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
    (("gr1348941",), r"GR1348941[\w-]{20}"),
    (("zp_", "sk_"), r"sk_[0-9a-f]{40,64}"),
)
_KINDS = {"akia": "aws-key"}


def _rule(anchors: tuple[str, ...], shape: str) -> Rule:
    # An underscore in front is part of a name (DB_ghp_… is not seen), a dot or slash is not.
    pattern = Shape(rf"{START}(?:{shape})(?![A-Za-z0-9])")
    return Rule(_KINDS.get(anchors[0], "vendor-token"), anchors, pattern)


# What begins like a word does is looked for with more of its shape.
_PROBED = tuple(
    Rule("vendor-token", (), Shape(rf"{START}(?:{shape})(?![A-Za-z0-9])"), probe=probe)
    for probe, shape in (
        (r"[\w-]{6}\.[\w-]{6}:[\w-]{40}", r"[\w-]{6}\.[\w-]{6}:[\w-]{40,44}"),
        (r"t-[a-z0-9]{40}", r"t-[a-z0-9]{40,42}"),
        (r"s\.[a-z0-9]{24}", r"s\.(?=[A-Za-z]{0,23}\d)(?=[a-z0-9]{0,23}[A-Z])[A-Za-z0-9]{24}(?!\.)"),
        (r"(?:live|test)_[a-z0-9]{30}", r"(?:live|test)_[A-Za-z0-9][\w-]{29,63}"),
    )
)
# What an id of a trace or of a part of a file may look like too, so whose key it is stands before it.
_MAILED = tuple(
    Rule(
        "vendor-token",
        (),
        Shape(rf"(?P<kept>(?i:{who})[^\n]{{0,40}}?{START}){FRESH}(?:{shape})(?![A-Za-z0-9-])"),
        probe=probe,
    )
    for who, shape, probe in (
        ("mailgun|key", r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}", r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}"),
        ("mandrill|key", r"md-(?=[A-Za-z_-]{0,21}\d|[a-z]{0,20}[A-Z])[A-Za-z0-9_-]{22}", r"md-[\w-]{22}"),
    )
)
_HOOKS = Rule(
    "webhook-url",
    (
        *("hooks.slack.com/", "/api/webhooks/", "webhook.office.com/", "hooks.zapier.com/", "/with/key/", "/hooks/"),
        *(
            "hc-ping.com/",
            "/bot/v2/hook/",
            "events.pagerduty.com/integration/",
            "/integration_events/",
            "/incomingwebhook/",
        ),
        *("hook.eu", "hook.us", "/webhook-test/", "maker.ifttt.com"),
    ),
    Shape(
        r"(?P<kept>hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/"
        r"|webhook\.office\.com/|hooks\.zapier\.com/hooks/(?:catch|standard)/"
        r"|maker\.ifttt\.com/trigger/\w{1,64}/(?:json/)?with/key/"
        r"|/hooks/(?=[a-z0-9]{26}|[A-Za-z0-9]{17}/)|hc-ping\.com/|open\.(?:feishu\.cn"
        r"|larksuite\.com)/open-apis/bot/v2/hook/"
        r"|events\.pagerduty\.com/integration/|hook\.[eu][us]\d\.make\.com/)(?!\[redacted:)[\w@./-]{16,512}"
    ),
)
# What stands beside the name of an AWS key is the key: AKIA… / …
_BESIDE = Rule(
    "aws-key",
    ("akia", "asia", "redacted:aws-key"),
    Shape(
        r"(?P<kept>\[redacted:aws-key(?:#\w{1,16})?\](?:[\s\"'`,;:/|()=>-]|\\[nt]){1,8})(?=[a-z0-9+/]{0,39}[A-Z])"
        r"(?=[A-Z0-9+/]{0,39}[a-z])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"
    ),
)
TOKENS = (*(_rule(*row) for row in _SHAPES), *_PROBED, *_MAILED, _HOOKS, _BESIDE)
