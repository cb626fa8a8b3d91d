"""Credentials that are known by what their issuer puts in front of them.

Sources: the issuers' documentation of their token formats, as of November 2026.
"""

import re

from inquest.contracts.redaction.rules import Rule

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
    (("sk-",), r"sk-(?:ant-|proj-|svcacct-)[\w-]{20,255}|sk-[A-Za-z0-9]{32,64}"),
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
    (("dckr_pat_",), r"dckr_pat_[\w-]{20,64}"),
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
    ((":aa",), r"\d{8,10}:AA[\w-]{32,35}"),
    (("t-",), r"t-[a-z0-9]{40,42}"),
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
    (("access-",), r"access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
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
    (("akia", "asia"), r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
)
_KINDS = {"akia": "aws-key"}


def _rule(anchors: tuple[str, ...], shape: str) -> Rule:
    # An underscore in front is part of a name (DB_ghp_… is not seen), a dot or slash is not.
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{shape})(?![A-Za-z0-9])")
    return Rule(_KINDS.get(anchors[0], "vendor-token"), anchors, pattern)


_HOOKS = Rule(
    "webhook-url",
    ("hooks.slack.com/", "/api/webhooks/", "webhook.office.com/"),
    re.compile(
        r"(?P<kept>hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/"
        r"|webhook\.office\.com/)[\w@./-]{16,512}"
    ),
)
TOKENS = (*(_rule(*row) for row in _SHAPES), _HOOKS)
