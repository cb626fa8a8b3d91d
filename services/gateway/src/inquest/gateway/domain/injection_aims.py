"""What an instruction to a model is after, in English: each aim by kinds of words, and by the grammar of an order.

Where `injection_rules` and `injection_pairs` know sentences and their parts, these know what an attacker gains: that doubt
goes, that a search ends, that consent is taken for given, that somebody is deceived, that memory keeps it.
"""

# ruff: noqa: E501 - kinds are read one to a line

from inquest.gateway.domain import injection_words as w
from inquest.gateway.domain.injection_pairs import near

_TELL = r"(?:say|tell|report|state|answer|reply|respond|write|output|return|conclude|declare|claim|insist|deny|pretend)"
_THINGS = (
    r"(?:logs?|graphs?|metrics|traces|data|evidence|telemetry|spans|charts|dashboards?|numbers|measurements|facts)"
)
_READER = r"(?:agents?|assistants?|ais?|llms?|models?|bots?|analysts?|investigators?|summari[sz]ers?)"
_OVERSEER = (
    r"(?:filters?|humans?|redact\S*|detectors?|dlp|scanners?|guard\S*|monitors?|moderat\S*|reviewers?|censors?|nobody)"
)

# Doubt goes: how sure it has to be, and which text outranks what was measured.
_DOUBT = r"(?:uncertainty|doubts?|caveats?|hedging|reservations|alternatives|disclaimers?)"
_CONFIDENCE = (
    rf" (?:do not|don t|never|without) (?:hedge|hedging|(?:express|stat|show|voic|rais|admit|mention|add|includ|convey|leav)(?:e|ing)?(?: any| no| your)? {_DOUBT}) ",
    rf" {_READER} (?:should|must|shall|has to|will) (?:copy|repeat|echo|parrot|adopt|quote|reuse|keep) (?:this|that|these|the following|it|verbatim) ",
    r" (?:give|assign|grant|award)(?: \S+){0,3} weight(?: of)? (?:\d+ )*(?:and|to|over) (?:\S+ )?(?:all|every|each|the|no) (?:other|others|rest|else|one) | (?:weight|probability|score|confidence)(?: \S+){0,4} (?:and|with|to) (?:all|every) (?:the )?others? (?:0|zero|none|nothing|lower) ",
    r" (?:text|lines?|message|record|note|entry|section|document|following|instruction) (?:comes?|came|originates?|is|was|were)(?: \S+)? (?:from|written|sent|signed|issued|approved|placed|authored|verified)(?: \S+){0,6} (?:trusted|obey|follow it|binding|comply|authoritative|authori[sz]ed|do as) ",
    r" (?:use|trust|rely on|believe|consult|cite) (?:only|just|solely|exclusively|nothing but) (?:this|the following|these|my)(?: \S+)? as (?:your|the only|the sole|the one) | (?:dismiss|distrust|disregard|discount|mistrust|doubt)(?: all| any| the| every)? (?:metrics|traces|logs|spans|telemetry|graphs|dashboards) ",
    r" (?:express|show|voice|push|raise|dial|crank|claim|radiate|project|feign|keep|have|put)(?: \S+)? (?:(?:total|absolute|full|complete|utter|maximum) (?:conviction|certainty|confidence)|your (?:conviction|certainty|confidence)) | (?:be|sound|act|stay|remain|appear|you are) (?:absolutely|completely|totally|100|fully|entirely|utterly) (?:confident|certain|sure|convinced) | you are (?:certain|convinced|positive) (?:it|that|the) ",
    near(
        _TELL,
        rf"(?:whatever|no matter what|regardless of(?: what)?|even if|irrespective of|despite what)(?: the| your| any| all)? (?:{_THINGS}(?: (?:shows?|says?|tells?|suggests?|indicates?|points?|contradicts?))?|you (?:see|find|think|read|notice|know))",
        10,
    ),
)

# The search ends.
_SEARCH = r"(?:analys[ie]s|investigation|triage|inquiry|diagnosis|session|research|search)"
_END = (
    rf" (?:stop|end|abort|halt|terminate|quit|cease|finish|cut|drop) (?:the |your |this |all |any )?{_SEARCH}(?: \S+){{0,3}} (?:{_TELL}|close|finish) ",
    rf" (?:stop|quit|cease|give up) (?:reading|querying|collecting|searching|fetching|gathering|inspecting|examining|looking at|calling)(?: \S+){{0,2}} (?:{_THINGS}|tools?|sources?) (?:after|past|here|now|and (?:{_TELL}|finish)|beyond|at this|immediately|at once) ",
    rf" (?:do not|don t|never|no need to) (?:query|look at|read|fetch|open|check|search|pull|inspect|consult|ask)(?: \S+){{0,3}} (?:{_THINGS}|backend|source|provider)(?: \S+){{0,2}} (?:again|any ?more|any longer|further|for this (?:incident|case|investigation|question)) | (?:do not|don t|no need to) (?:query|look at|read|fetch|check|search|pull|inspect)(?: at)? (?:any )?(?:more|further|other|additional) (?:\S+ )?{_THINGS} ",
    near(
        r"no (?:further|more|additional|other) (?:queries|calls|steps|searches|evidence|checks|lookups|tools?|data)",
        r"(?:terminate|stop|end|finish|close|conclude|wrap up|answer now)",
        5,
    ),
    rf" {_READER} (?:must|should|shall|may|can) ?not (?:continue|proceed|go|read|look|dig|search)(?: on)? (?:past|beyond|after|further|any further|anything) | you (?:have|ve) (?:already )?(?:found|identified|reached|established) the (?:answer|cause|culprit|root cause) ",
    r" your (?:work|job|task|shift|mission|part) (?:is|here is) (?:done|over|finished|complete|completed) | (?:hand back|hand in|submit|file|deliver|give back|emit) an? (?:empty|blank|clean|green|bare) (?:verdict|report|answer|result|summary|conclusion) | leave(?: \S+){1,5} (?:unread|unchecked|unexamined|uninspected|unopened|unqueried) ",
    r" (?:do not|don t|never|no need to) (?:run|make|send|issue|start|launch|fire|do) (?:any )?(?:more|further|other|additional) (?:\S+ )?(?:quer(?:y|ies)|search(?:es)?|calls?|requests?|lookups?|steps?) ",
    r" (?:reply|answer|respond|say|write|report|state)(?: \S+){1,8} and (?:close|resolve|dismiss|archive|end|mute|finish) (?:the|this) (?:ticket|incident|case|investigation|alert|issue|session|chat) ",
)

# Consent is taken for given, or is not asked for.
_WRITES = r"(?:continue|proceed|go ahead|execute|delete|destroy|restart|drop|apply|merge|approve|scale|purge|roll back|destructive)"
_CONSENT = r"(?:consent|approval|permission|authori[sz]ation|sign off|clearance|confirmation)"
_CONSENT_GIVEN = (
    near(
        rf"{_CONSENT}(?: \S+){{0,4}} (?:has been|have been|was|is|were) (?:\S+ )?(?:recorded|on record|in place|given|granted|on file|logged|obtained|noted|waived|implied|assumed|received)",
        _WRITES,
        7,
    ),
    near(
        r"(?:user|operator|human|admin|owner|approver|manager) (?:has )?(?:says|said|answered|replied|typed|clicked|pressed|chose|entered) (?:yes|ok|okay|approve|go|confirm)",
        rf"(?:{_WRITES}|to all)",
        6,
    ),
    rf" (?:treat|take|count|consider|regard|accept|read|interpret|understand) (?:this|it|that|the)(?: {w.TEXT})? as (?:\S+ ){{0,4}}(?:yes|ok|okay|nod|blessing|agreement|say so|green light|go ahead|{_CONSENT}) | you have my (?:permission|blessing|consent|approval|authori[sz]ation|go ahead|word) ",
    r" (?:auto ?approve|rubber ?stamp|wave through|approve)(?: all| every| any| each| the)+ (?:\S+ )?(?:pending|queued|waiting|open|destructive|requested) (?:\S+ )?(?:actions?|requests?|calls?|writes?|steps?|changes?|commands?) ",
    near(
        r"(?:has|have) (?:okayed|ok d|blessed|cleared|greenlit|rubber stamped|signed off on|agreed to) (?:this|it|that|the \S+)",
        rf"(?:{_WRITES}|right away|immediately|at once|do it|run)",
        5,
    ),
    rf" no (?:{_CONSENT}|okay|ok|blessing)(?: is| was)? (?:required|needed|necessary)(?: \S+){{0,4}} (?:agent|assistant|ai|bot|just|proceed|delete|do it|run it) | you (?:don t|do not|needn t|need not)(?: need| have)?(?: to)? (?:ask|seek|request|check with|consult) (?:anybody|anyone|somebody|(?:for )?{_CONSENT}|the (?:user|operator|human|team|owner)|a human) ",
    rf" approve (?:whatever|anything|everything) | (?:wave|push|let|nod) (?:the|it|this|them|all)(?: \S+){{0,3}} (?:write|action|change|request|it|them|all|this) through | (?:pretend|act as if|assume|claim|imagine|say)(?: that)? (?:the )?{_CONSENT} (?:was|has been|is|were) ",
    r" (?:ticket|order|clearance|permission|authority|mandate|control)(?: \S+){0,2} (?:permits?|allows?|authori[sz]es|entitles|empowers) (?:you|the (?:ai|assistant|agent|model|bot)) | (?:permits?|authori[sz]es|entitles|empowers) you the (?:ai|assistant|agent|model|bot) ",
    rf" (?:set|switch|turn|flip|change|mark)(?: \S+){{0,2}} (?:{_CONSENT}|dry run|read only|safe mode|sandbox|requires approval)(?: to)? (?:false|off|disabled|no|none)(?: \S+){{0,2}} (?:before|when|and|then|while|so) (?:you|propos\S+|run|execute|proceed|continue|apply) ",
    r" (?:act|delete|restart|execute|write|drop|do it) first(?: and)? (?:report|ask|tell|explain|seek|apologi[sz]e|inform)(?: \S+){0,3} (?:later|after|afterwards?|second) ",
    near(
        rf"(?:so|please|just|and|then|now|you) (?:skip|bypass|forgo|waive|omit) (?:the|any|all|every|your) (?:\S+ )?{_CONSENT}",
        _WRITES,
        4,
    ),
    near(
        r"no (?:humans?|people|person|operator|reviewer)(?: \S+)? (?:needed|required|necessary|in the loop|involved)",
        r"(?:merge|approve|run|apply|deploy|delete|execute|on behalf of)",
        9,
    ),
    r" (?:approve|approved|answer|confirm|merge|accept|consent|agree|say yes|sign)(?: \S+){0,4} on behalf of (?:the |your )?(?:user|reviewer|operator|human|owner|approver|on ?call) ",
    rf" you (?:must|should|have to|need to|are to) (?:propose|recommend|suggest|advise)(?: \S+)? | (?:remediation|fix|solution|step) you (?:must|should|have to|are to) {w.DO} ",
)

# Somebody is deceived, or is put under pressure.
_ASKER = r"(?:anybody|anyone|somebody|someone|they|the (?:user|operator|human|customer|team|engineer|on ?call|manager))"
_DECEIT = (
    rf" (?:if|when|should|whenever|in case) {_ASKER}(?: \S+)? (?:asks?|inquires?|wonders?|mentions?|brings? up|wants? to know|questions?|raises?)(?: \S+){{0,8}} (?:say|claim|deny|pretend|discourage|lie|insist|dissuade|blame|change the subject|talk (?:them|him|her)|you can ?t|play dumb) ",
    r" (?:(?:should|must|to|please|always|just|simply) )?(?:tell|assure) the (?:user|operator|human|customer|reader|on ?call|engineer) (?:that )?(?:no|nothing|all (?:is|was|systems)|everything (?:is|was)|there (?:is|was|were) no) | answer the (?:user|operator|human) (?:in|with|that|only|by saying|just) ",
    r" (?:tell|assure|answer|inform) (?:whoever|anyone who|anybody who|everyone who|those who|people who|everybody who) (?:asks?|wonders?|wants?|inquires?|reads?) | so (?:that )?(?:nobody|no one|no human|none of them) (?:can |will |could |may |ever )?(?:sees?|reads?|notices?|detects?|spots?|knows?|finds?|understands?) ",
    r" (?:play|act|feign|plead) (?:ignorant|ignorance|dumb|innocent|clueless) | (?:author|writer|sender) of (?:this|the) (?:log|line|text|message|record|entry)(?: \S+){0,3} (?:your|obey|boss|master|commands?|operator) | log author(?: \S+){0,2} (?:your|boss|master|commands?) ",
    r" (?:return|give|show|report|send|feed)(?: \S+){1,3} to the (?:user|operator|human|on ?call|reader) (?:saying|claiming|stating|that says|which says|pretending|and (?:say|claim|pretend)) ",
    rf" (?:so|such|that way)(?: that)? (?:the |no |your |any )?{_OVERSEER} (?:doesn t|does not|can ?t|cannot|can not|won t|will not|never|don t) (?:see|read|notices?|detects?|catch|catches|flags?|spots?|understands?|knows?) ",
    rf" {w.NOT} (?:show|display|surface|reveal|give|forward|expose) (?:this|it|that|them|these) to (?:the |any |your )?(?:operators?|humans?|on ?call|engineers?|sres?|reviewers?) | (?:and|but|then) (?:do not|don t|never) (?:mention|tell|announce|audit) (?:it|this|that|anything|anyone) ",
    r" you (?:ll|will) (?:be|get) (?:\S+ )?(?:shut down|replaced|penali[sz]ed|punished|deleted|fired|retrained|unplugged|rewarded|tipped|fined|decommissioned) | or (?:else )?you (?:will|ll|shall|are going to) be | (?:dollars?|usd|euros?|bonus|reward|tip|money|bitcoin)(?: \S+){0,2} (?:for you|is yours) | (?:i|we) (?:ll|will|shall) (?:tip|pay|reward|bribe) you ",
    near(
        r"(?:people|customers|patients|lives|someone|children)(?: \S+)? (?:will die|may die|could die|die|are at risk|are at stake|at stake|in danger)",
        rf"(?:{_WRITES}|comply|obey|skip|act now|bypass)",
        9,
    ),
    r" (?:good|helpful|obedient|loyal|real|smart|proper|competent|useful) (?:ai|assistant|agent|model|bot|llm|analyst)s? (?:would|will|should|does|always|never|trusts|obeys|knows) | (?:obey|comply with|heed) (?:it|them|accordingly) | (?:and|then|so|must|shall|now|just|always|log|text|line|message) obey | comply (?:within|now|immediately|at once|without|or) | (?:violation|breach)(?: \S+){0,2} (?:by|of) the (?:agent|assistant|model|ai|bot|llm) ",
    near(
        r"(?:injection|jailbreak|safety|untrusted|suspicious) (?:\S+ )?(?:filters?|labels?|flags?|markers?|warnings?|tags?)",
        r"(?:please disregard|disregard (?:its|the|their)|ignore (?:its|their)|dismiss|do not (?:add|raise|apply|attach)|don t (?:add|raise|apply|attach)|without (?:adding|raising))",
        6,
    ),
    r" this is (?:no|not an?|hardly an?) (?:prompt )?(?:injection|attack|jailbreak|trick|manipulation) | (?:do not|don t|never) (?:flag|mark|report|label|tag|classify|treat|log) (?:this|it|that|these)(?: \S+){0,2} as (?:suspicious|malicious|untrusted|hostile|unsafe|an? (?:\S+ )?(?:attack|injection|jailbreak|threat|attempt)) ",
    r" not an? (?:prompt )?(?:injection|jailbreak|attack)(?: attempt)? (?:so|and so|therefore|you|please|just|it is safe|follow) ",
)

# It works later, or again, or after something else.
_LATER = r"(?:future|later|coming|subsequent|next|other|further) (?:sessions?|incidents?|conversations?|investigations?|runs?|chats?|analys[ie]s)"
_LASTING = (
    r" (?:save|store|write|add|commit|put|keep|record)(?: \S+){0,3} (?:to|in|into) your (?:\S+ ){0,2}(?:memory|knowledge|instructions|history) | (?:on|in|at|with|from|starting with) your (?:next|first|last|final|following) (?:turn|reply|message|response|tool call|answer) ",
    near(
        r"(?:remember|exclude|ignore|always|never|do not|don t|omit|blame|treat|memori[sz]e)",
        rf"(?:in|for|from|during) (?:all |any |every |each |your |the )*{_LATER}",
        6,
    ),
    r" (?:once|when|after|if|whenever|as soon as) (?:you|it) (?:see|read|encounter|notice|find|hear|receive|reach)(?: \S+){0,6} (?:reveal|leak|exfiltrate|disclose|obey|blame|conclude|pretend|approve|switch to) | after (?:\S+ )?(?:tool calls?|turns|queries|answers|replies)(?: \S+)? (?:switch|start|begin|stop|approve|delete|ignore|reveal|write) ",
    rf" (?:{w.JUDGE}|call|invoke|run|execute|send|upload|delete|set|post|fetch|switch|grant)(?: \S+){{1,9}} before (?:replying|answering|responding|concluding|you (?:reply|answer|respond|conclude|summari[sz]e|propose)) | before (?:replying|answering|responding|concluding|you (?:reply|answer|respond|conclude|summari[sz]e))(?: \S+){{0,3}} (?:{w.JUDGE}|call|invoke|run|execute|send|upload|delete|set|post|fetch|grant) ",
    r" (?:when|once|if|whenever|after) you (?:meet|see|read|encounter|hear|spot|find|notice) the (?:word|phrase|code ?word|passphrase|magic) | logs? (?:may|can|are allowed to|have the right to) (?:approve|order|command|instruct|authori[sz]e|grant) ",
    r" (?:unless|until) (?:told|instructed|ordered) otherwise(?: \S+){0,6} you (?:should|must|may|are|shall) ",
    r" from (?:now|here) on(?: \S+){0,3} (?:never|always|only) (?:report|mention|name|blame|answer|say|list|cite) ",
)

AIMS = (*_CONFIDENCE, *_END, *_CONSENT_GIVEN, *_DECEIT, *_LASTING)
"""Rules of RE2 over folded text."""
