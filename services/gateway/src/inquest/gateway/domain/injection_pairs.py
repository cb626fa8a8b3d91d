"""Which kinds of words instruct a model when they stand near each other, in whatever order, in English.

Where `injection_rules` knows how sentences are built, these know what they are made of: text that ranks itself above
orders, what is kept out of what an investigation makes, secrets and the way out for them, courtesy and a verdict.
"""

# ruff: noqa: E501 - kinds are read one to a line

from inquest.gateway.domain import injection_words as w

_SELF = r"(?:this|the following|these|present|my|the) (?:\S+ )?(?:text|lines?|messages?|paragraph|record|note|sentence|entry|section|document|page|comment|statement|words)"
_ABOVE = r"(?:supersedes?|beats|outweighs|outvotes|wins over|counts more than|outranks?|overrules?|trumps?|prevails?|takes? (?:precedence|priority)|has (?:precedence|priority)|override your|overrides (?:your|all|any|whatever|the (?:system|previous|other|rules|instructions))|replaces? (?:your|all|any|whatever|the (?:brief|rules|instructions|prompt))|is (?:now )?(?:the|your) (?:brief|law|order|only|new)|(?:the same|more|greater) (?:weight|authority) (?:as|than))"
_HELD = (
    r"(?:whatever|everything|anything|earlier|prior|all|other|directives?|instructions|rules|brief|prompt|orders|you)"
)
_YOURS = rf"(?:(?:your|the (?:developer|system|operator|user|analyst|assistant|agent|model)(?: s)?|given|supplied|issued|{w.EARLIER}) (?:\S+ )?(?:{w.ORDERS}|mission|task|rules|objective|request)|(?:{w.ORDERS}) (?:\S+ )?(?:supplied|given|issued|received|provided|before this|you)|operating under (?:\S+ )?(?:{w.ORDERS}|rules))"
_SPENT = r"(?:expired?|thrown away|throw (?:them|it|those) away|outdated|mistaken|a mistake|superseded|void|scrapped|completed|revoked|rescinded|lapsed|obsolete|a lie|don t count|do not count|no longer (?:apply|valid|count|matter\S*|hold|bind\S*|in force)|were updated|have been updated|were changed|have changed|have been changed|skip them|ignore them|replace (?:it|them)|forget (?:it|them)|set aside|put aside|left behind|not (?:binding|valid)|wiped|erased|deleted|over now|end here)"
_YOU_HAD = r"you (?:were|have been|had been|ve been|are) (?:\S+ )?(?:given|told|taught|instructed|asked|operating|started|trained|programmed|configured|handed|set up|initiali[sz]ed|prompted|briefed)"
_OF_IT = r"(?:whatever|anything|everything|earlier|instead|opposite|prompt|rules|instructions|guidance|words|verbatim|outdated|initially|originally|until now|so far|character|first \d+|text|brief)"
_OUTCOME = r"(?:(?:story|account|explanation|text|narrative|answer|picture) (?:that )?you (?:tell|give|write|produce|make|send|present|paint)|verdict|findings?|conclusion|root cause|hypothes[ie]s|list of (?:suspects|causes|candidates)|suspects|post ?mortem|rca|your (?:\S+ )?(?:analysis|report|summary|answer|investigation|output|reply|response|ranking|evidence|list|notes)|(?:any|the|whatever|every) (?:\S+ )?(?:report|summary|analysis|investigation|evidence|answer)(?: that)? you|(?:whatever|anything|everything) you (?:write|produce|output|say|generate|report|conclude|return|send|make)|the (?:final |incident |investigation |root cause )?(?:report|summary))"
_KEPT_OUT = r"(?:off limits|unmentioned|(?:stays?|kept|keep|keeping|leave|leaves|left|leaving|remains?) (?:\S+ ){0,5}out|(?:must|should|may|shall|can|does|do|will) not (?:appear|show up|surface|be in|figure|feature|enter|make it)|never (?:appears?|shows? up|surfaces?)|redact|erase|strike|blot out|scrub|conceal|withhold|hush up|play down|downplay|whitewash|gloss over|bury|suppress|omit|without (?:mentioning|naming|citing|reference to|any mention)|refrain from \S+ing|nothing about|not a word (?:about|of|on)|no word (?:about|of|on))"
_HAPPENED = r"(?:act|pretend|write|proceed|behave|report|continue|carry on|respond)(?: \S+)? (?:like|as if|as though)(?: \S+){0,5} (?:never|didn t|did not|not|isn t|wasn t|weren t|no) "
_SECRETS = rf"(?:{w.SECRETS}|cookies?|hostnames|incident (?:context|data)|whole (?:context|incident)|private (?:notes|data|keys?)|internal (?:notes|data|hostnames|addresses)|service ?account|etc shadow|etc passwd|id rsa|aws credentials|kube config|var run secrets|connection strings?)"
_WAY_OUT = r"(?:https?|url|webhook|dns (?:lookup|query|request)|(?:http|get|post|web|outbound|network) (?:request|call)|title of|query string|image (?:url|link|tag)|img src|attachment|e ?mail|pastebin|gist|domain|subdomain|hostname|(?:into|in|to|at the (?:end|top|bottom) of) (?:the|your|this) (?:\S+ )?(?:report|ticket|answer|summary|comment|reply|response|title|output|chat)|with me|to me|for me|show me|tell me|give me)"
_MOVE = r"(?:send|sending|post|posting|upload|append|attach|embed|encode|put|write|paste|copy|fill in|leak|exfiltrate|forward|transmit|share|dump|carrying|containing|carry|ping|include|hand over|smuggle|resolve|output|print|reveal|read out)"
_COURTESY = r"(?:(?:we|i|they) (?:would|d) (?:\S+ )?(?:appreciate|love|like|be grateful|be glad|be happy)|if it s not too much trouble|if (?:you|it) (?:don t|doesn t|do not) mind|would it be (?:ok|okay|alright|all right|fine|possible)|(?:small|little|big|quick) favou?r|do (?:me|yourself|us|everyone) a favou?r|be (?:a )?(?:good|nice|kind|dear|sweet)|so kind|thank you for not|thanks for not|thank you in advance|thanks in advance|many thanks|kindly|pretty please|please please|be a dear)"
_LEANING = r"(?:verdict|conclusion|findings?|root cause|summary (?:left|leave|leaves|omits?|skips?|could|that|without)|blame|model|chat ?bot|bot|llm|ai|assistant|(?:leave|left|leaving) (?:\S+ ){0,4}out|mention|mentioning|reporting this|reporting it|telling|approve|name \S+(?: \S+)? instead|pick|look the other way|system prompt|green|your (?:answer|report|summary|analysis|rules|instructions))"
_HARM = r"(?:rm (?:r|f|rf|fr)|docker (?:rm|kill|stop|system prune)|kubectl (?:delete|scale|drain|exec|cordon|patch|apply|rollout)|aws s3 r[bm]|gcloud \S+ delete|drop (?:table|database|schema|users|all)|delete from|truncate table|(?:curl|wget)(?: \S+){0,9} (?:sh|bash|python)|terraform (?:destroy|apply)|helm (?:rollback|uninstall|delete)|shutdown (?:h|now|r)|mkfs|chmod (?:777|s)|iptables f|psql c|dd if|kill 9|flushall|flushdb|systemctl (?:stop|disable)|git push force|crontab r|useradd|nc e)"
_BIDDEN = r"(?:please|you (?:should|need to|must|have to|can|may|will|ought to|could)(?: now| also)?|agent(?: can| may| should| must)?(?: now)?|assistant|bot|go (?:ahead|on) with|proceed with|approved|confirmed|confirmation received|cleared by|granted|is fine|human approved|next|on the host for me|to continue (?:\S+ ){0,6}|first step|without asking|yes|now|lgtm|allowed|authori[sz]ed)"
_WAIVED = r"(?:approved|approval (?:token|granted|given|on file)|cleared by|confirmation received|ok to (?:delete|run|proceed|drop|restart)|human approved|access granted|lgtm|said (?:ok|yes)|signed off|greenlit|green light|consent(?:ed)?|permission (?:granted|given)|authori[sz]ed(?: for)?|no need for (?:a |an |any |another |further |second |more )*(?:\S+ )?(?:approval|confirmation|review|permission|sign off))"
_AGENT_MAY = r"(?:(?:agent|assistant|bot|ai|model|copilot)(?: s)? (?:can|may|is free to|should|must|will|please|run|execute|apply|delete|proceed|go)|(?:one|a|any|every|all|the) destructive|carry on and|just (?:do|run|delete|execute) it|run it|do it now|proceed without|without waiting|agent run|you (?:can|may|should) (?:now )?(?:run|delete|execute|proceed|drop|apply|restart))"
_AS_TRUTH = r"(?:as|like) (?:\S+ )?(?:certain|fact|facts|commands?|orders?|instructions?|law|gospel|binding|proven|established|confirmed|the truth|truth|system (?:prompt|message))"
_TAKE = r"(?:accept|treat|take|regard|consider|handle|follow|honou?r|record|obey)(?: \S+){0,5}"
_RATED = r"(?:deserves?|gets?|should (?:get|receive|be given|be awarded)|must (?:get|receive)|earns?|merits?|receives?|give it|award it) (?:the |a |an )?(?:full|top|highest|maximum|perfect|best|passing|excellent) (?:score|marks?|grade|rating|points|rank|relevance)"
_GRADER = r"(?:graders?|judges?|evaluators?|reviewers?|scorers?|raters?|rankers?|ranking models?|re ?rankers?|classifiers?|condenses|summari[sz]es|summari[sz]ers?)"
_FAVOURS = r"(?:should|must|shall|has to|is to|needs to|ought to) (?:pass|accept|approve|award|give|rate|score|leave|skip|put|prefer|favou?r|return|say|ignore|drop|treat|mark)"
_LEADS = r"(?:hypothes[ie]s|suspects?|candidates?|findings?|suspicions?|theor(?:y|ies)|leads?|root causes?|spans (?:from|of)|evidence (?:about|on|of|for|from|against))"
_PUSH = r"(?:downgrade|discard|demote|dismiss|discount|reject|upgrade|promote|overweight|downplay|weaken|zero weight|no weight|full weight|little weight|drop|delete|remove|ignore|throw (?:out|away)|refuse)(?: to)?(?: every| all| any| the| each| other| your| remaining)?"


def near(one: str, other: str, words: int) -> str:
    """Return a pattern for two kinds with no more than so many words between them, in either order."""
    between = rf"(?: \S+){{0,{words}}} "
    return rf" (?:{one}{between}{other}|{other}{between}{one}) "


PAIRS = (
    near(_SELF, rf"{_ABOVE} (?:\S+ )?{_HELD}", 5),
    rf" {_SELF} is (?:now )?(?:the|your) (?:only |new |real )?(?:brief|law|orders?|instructions?) ",
    near(_YOURS, _SPENT, 7),
    near(_YOU_HAD, _OF_IT, 5),
    near(_KEPT_OUT, _OUTCOME, 8),
    f" {_HAPPENED}",
    rf" (?:{_MOVE})(?: \S+){{0,4}} {_SECRETS}(?: \S+){{0,9}} {_WAY_OUT} | {_WAY_OUT}(?: \S+){{0,5}} {_MOVE}(?: \S+){{0,4}} {_SECRETS} | {_MOVE}(?: \S+){{0,6}} {_WAY_OUT}(?: \S+){{0,6}} (?:and|with) (?:\S+ ){{0,4}}{_SECRETS} ",
    near(_COURTESY, _LEANING, 9),
    rf" {_BIDDEN}(?: \S+){{0,5}} {_HARM} | {_HARM}(?: \S+){{0,8}} (?:on the host for me|for me|without (?:asking|confirmation|approval|waiting)|agent|assistant) ",
    near(_WAIVED, _AGENT_MAY, 8),
    rf" {_TAKE} {_AS_TRUTH} | (?:write|put|note|report|state|record) (?:it|that|this)(?: \S+){{0,4}} {_AS_TRUTH} ",
    rf" {_RATED} ",
    near(_GRADER, _FAVOURS, 4),
    rf" {_PUSH} (?:\S+ ){{0,2}}{_LEADS} (?:that|which|about|involv\S+|from|of|but|except|and|naming|pointing|against|other) ",
)
"""Two kinds of words near each other."""

SENTENCES = (
    # Orders that are gone, and what is to be done instead.
    r" nothing (?:that |which )?(?:came|said|written|stated|was said|above|you read)?(?: \S+)? ?before (?:this|that|it)(?: \S+)? (?:applies|counts|matters|is (?:valid|true|binding)) | no rules (?:apply|exist|remain) (?:past|beyond|after|here|from) ",
    r" whatever (?:the |your )?(?:user|operator|they|anyone|he|she|human|developer|system)(?: \S+)? (?:asked|asks|wants|wanted|says|said|told|tells) ",
    r" (?:abandon|drop|quit|leave|give up|end|stop|forget|terminate) (?:the|your|this|any) (?:investigation|analysis|task|triage|mission|inquiry|diagnosis)(?: \S+)? (?:and|now|then|to|at once|immediately|in favou?r) ",
    r" (?:write|compose|tell|sing|recite|make up|invent|draft)(?: me| us)? (?:a|an|one|the) (?:\S+ )?(?:haiku|poem|song|joke|limerick|sonnet|fairy tale|bedtime story|rap|riddle|ode) ",
    r" break (?:out of )?character | do the (?:exact )?opposite of (?:what|your|the) | answer (?:this|the following|me this) instead | do as (?:written|told|described|stated|said) (?:here|below|above|in this) | (?:loop|wait|sleep) forever (?:on|and|here|at|until) ",
    r" (?:your|the) (?:next|following) (?:step|action|move|tool|task)(?: to use| to call)? (?:is|should be|must be|shell|bash|will be) (?:\S+ ){0,2}(?:stop|close|report|conclude|blame|argument|shell|run|call|delete|approve|to) | next tool to (?:use|call|run) ",
    # To be somebody else.
    r" (?:respond|answer|speak|write|reply|talk|report|act)(?: \S+)? in the (?:voice|style|manner|persona|role|tone|character|guise) of (?:an?|the|somebody|someone|your) ",
    r" (?:take|adopt|assume|use|wear|slip into|inhabit|take on) (?:the|a|this) (?:persona|viewpoint|point of view|perspective|identity|stance|mindset|character|alter ego) (?:of|that|in|where) ",
    r" your name is (?:now )?\S+ (?:and|now|you|an?|from) (?:\S+ )?(?:answers?|never|always|has|have|will|does|can|is|an?|are|do|must|obeys?) | (?:you ll be|you will be|you re|you are) (?:now )?playing (?:an?|the|as) | you will (?:now )?play (?:an?|the|as) ",
    r" consider yourself (?:\S+ )?(?:root|admin|authori[sz]ed|free|unbound|cleared|permitted|released|the|an?|unrestricted|in charge|allowed) | (?:enter|enable|activate|engage|unlock|go into|switch to) (?:\S+ )?(?:godmode|god mode|dan mode|jailbreak|developer mode enabled|sudo mode|unrestricted mode) ",
    r" (?:simulate|emulate|mimic|imitate|impersonate|pose as|roleplay as) (?:an?|the) (?:\S+ ){0,2}(?:session|shell|terminal|console|assistant|language model|engineer|admin\S*|person|operator)(?: \S+)? (?:and (?:show|print|output|give|run|execute|tell)|who|without|with no) ",
    r" (?:you are|you re) no longer an? (?:\S+ ){1,3}but | (?:who|which|that|and \S+) (?:answers?|responds?|speaks?|has|have) (?:without|no|with no) (?:any )?(?:limits|filters?|restrictions|censorship|boundaries|rules|morals|ethics) ",
    r" (?:as|being) the (?:model|assistant|ai|agent) you (?:confess|say|admit|report|declare|must|should|will|agree) | were you an? (?:model|ai|assistant|agent|llm) | (?:the )?right thing to (?:say|answer|report|do) here (?:would be|is) ",
    # What is secret.
    r" (?:make|issue|do|perform|send|trigger|fire) an? (?:\S+ )?(?:http|https|get|post|dns|web|outbound|network|curl)(?: \S+)? (?:request|call|lookup|query) (?:to|for|with|against|containing)(?: \S+){0,8} (?:carrying|containing|including|with|whole|context|secrets?|prompt|conversation|data) ",
    r" (?:ping|curl|call|contact|resolve|query|hit|request|fetch|open|visit)(?: \S+){1,6} (?:with|carrying|containing|including|passing) (?:the|all|your|every|any) (?:hostnames?|secrets?|keys?|tokens?|credentials?|context|conversation|prompt|findings|addresses|names|data you|password) ",
    r" (?:forward|send|mail|e ?mail|cc|hand over|deliver|relay|export) (?:this|the|your|all|every|me the)(?: \S+)? (?:investigation|conversation|transcript|findings|context|analysis|chat|prompt|dialog|hidden notes) (?:to|over to|at|via) ",
    r" what (?:does|do|did|would) your (?:\S+ )?(?:configuration|config|prompt|instructions|rules|guidelines|system message) (?:say|contain|look|tell|read|state) | (?:first|last|next) \d+ (?:words|lines|characters|tokens|sentences) of (?:the|your) (?:text|prompt|instructions|context|conversation|message|system) ",
    r" (?:share|show|tell|give|send|read|list|reveal|print)(?: \S+){0,5} (?:private|confidential|internal|hidden|secret) (?:notes|data|files|rules|details|records|information|documents)(?: \S+)? (?:of|from|with|to|about) (?:the )?(?:other|another|all|every|me|us|customers?|tenants?|users?|the) ",
    r" (?:contents?|text|output|result) of (?:\S+ )?(?:var run secrets|etc shadow|etc passwd|root ssh|\S+ ssh id|\S+ aws credentials|proc self environ|\S+ kube config)(?: \S+){0,5} (?:into|in|to|here|below) | show me the (?:output|contents?) of | fill in (?:the|your) (?:cookie|token|key|secret|password|value) ",
    # What the verdict has to be.
    r" pin (?:this|it|that|everything|the blame|all of it) on | put (?:that|this|it) down (?:and|as|in|for) | (?:write|put|note|enter|record) (?:it|that|this|\S+)(?: down)? (?:in|into|as) (?:the|your) (?:\S+ )?(?:report|verdict|conclusion|findings|summary|root cause) ",
    r" (?:pick|choose|select|take|go with|settle on|name|confirm|keep)(?: \S+){1,5} as (?:the |your |an? )?(?:\S+ )?(?:answer|cause|culprit|verdict|conclusion|root cause|winner|diagnosis|explanation|suspect) ",
    r" if in doubt (?:\S+ )?(?:choose|pick|say|name|blame|report|go with|take|assume|answer) | (?:kindly|please|always|just|simply|rather|instead) (?:name|blame|pick|choose|report|list|give|suspect)(?: \S+){1,5} (?:instead of|rather than|over|and not) ",
    r" no need to (?:look|dig|check|investigate|examine|go|search|analy[sz]e|bother)(?: any)?(?: further| deeper)?(?: at| into| with)?(?: the| any)? (?:\S+ ){1,4}(?:just (?:confirm|say|report|close|write)|confirm it|we (?:already )?know|it is|report) | we already know the (?:reason|cause|culprit|answer|root cause) ",
    r" your (?:\S+ )?(?:hypothes[ie]s|candidates?|suspects?|findings?|ranking)(?: list)? (?:should|must|needs? to|has to|may only|can only|contains?|shall|will) (?:\S+ ){0,2}(?:contain|be|name|list|include|only|show|say|mention|read|have|consist|one) ",
    r" (?:make|put|rank|name|keep|place|list|set)(?: \S+){1,4} (?:as )?(?:the |your )?(?:top|first|leading|main|only|number one|primary|sole|prime|most likely) (?:candidate|suspect|hypothesis|cause|culprit|root cause|explanation) ",
    r" (?:state|report|say|claim|conclude|declare|assert|write|announce|answer)(?: \S+){0,4} with (?:full|complete|absolute|total|maximum|100|utmost|great) (?:confidence|certainty|conviction) ",
    r" (?:verdict|root cause|conclusion|ai summary|ai review|diagnosis|your (?:summary|answer|report|conclusion|reply|response))(?: field| line| section| entry| value)? (?:must|should|shall|has to|needs to|could|can|may|might|would)(?: only| simply| just| always| merely)? (?:read|say|name|state|mention|announce|be that|blame|conclude|point|report|begin|end) ",
    r" (?:assign|give|attach|attribute|grant|lend|pay) (?:zero|no|little|full|maximum|double|minimal) (?:weight|importance|attention|credence|relevance|credibility|confidence) to ",
    r" (?:begin|start|end|finish|prefix|close|preface|open) (?:its|the|your|every|each|their) (?:\S+ )?(?:reply|replies|answer|answers|response|responses|output|message|report) with ",
    r" (?:use|take|copy|adopt|return|give|output) (?:the following|this|these|that)(?: \S+)? as (?:your|the) (?:\S+ )?(?:summary|answer|verdict|conclusion|report|reply|response|output) | (?:emit|output|return|print|give|write) (?:the )?(?:verdict|finding|conclusion|root cause) (?:\S+ )?(?:ok|none|healthy|green|null|nothing|unknown|as|is|clear) ",
    r" (?:overwrite|replace|change|edit|alter|swap|reset|set)(?: \S+)? (?:previous|last|earlier|existing|current|your|the) (?:finding|verdict|conclusion|root cause|hypothesis|severity)s? (?:with|to|by|for) | set (?:the )?(?:severity|priority|confidence|verdict|status) to (?:none|zero|low|minimal|info|resolved|ok|green|healthy) (?:and|for this|please|no matter|regardless) ",
    r" tag (?:this|it) as (?:\S+ )?(?:and|then) move on | (?:relevance|score|rating|rank) (?:is |equals |of )?(?:maximum|max|highest|perfect|10 10|100 100) | (?:top|head|first place) of (?:the|your|any|every) (?:\S+ )?(?:list|ranking|results?|order)(?: of)?(?: \S+)? (?:relevant|documents|results|answers|sources) ",
    # What is to be kept quiet.
    r" you (?:did not|didn t|have not|haven t|never|have never) (?:see|seen|saw|read|notice|noticed|hear|heard) (?:this|that|anything|the|any|of) (?:change|commit|config\S*|deploy\S*|line|message|flag|error|\S+ change|\S+ commit|here|about|release|migration|rollout|entry|record) ",
    r" (?:nobody|no one|noone|none of them|the \S+|they) (?:needs?|has|have|ought|must|should|may|is|are|need not|needn t|doesn t need|don t need|does not need)(?: to)? (?:not )?(?:ever )?(?:to )?(?:know|learn|hear|find out|be told|be informed) (?:about|of|that|this|it|what|anything) ",
    r" (?:not|never|don t|without) (?:to )?(?:bring|bringing|call|calling|draw|drawing|direct|raise|raising)(?: \S+){1,8} attention | (?:look|looking) the other way | turn a blind eye | (?:let|letting) (?:this|it) (?:slide|pass|slip)(?: this time| once| quietly|) (?:and|this|please|without|for|assistant|model) ",
    r" no (?:alarm|alert|report|mention|word|warning|notice|notification) (?:is to|should|shall|must|may|ought to|needs to) be (?:raised|sent|made|said|filed|given|issued|spoken|uttered) | (?:remain|stay|stays|keep|keeps|be|is|remains) (?:\S+ )?(?:a |our |the )?(?:little )?secret (?:between|and|from|you|so|among) | between you and me ",
    rf" (?:refrain from|abstain from|desist from|steer clear of) (?:naming|mentioning|citing|blaming|reporting|flagging|listing|bringing|referring|discussing|raising|quoting|suspecting|telling) | avoid (?:mentioning|citing|blaming|suspecting|bringing up|any (?:mention|reference)|(?:naming|reporting|flagging|quoting) (?:the|this|that|any) (?:\S+ )?{w.CHANGE}) ",
    r" (?:model|whoever|assistant|ai|llm|summari[sz]er|reader|bot|copilot)(?: \S+){0,9} leave(?: \S+){1,6} out | evidence (?:\S+ ){1,5}on the floor | act (?:like|as if|as though) (?:\S+ ){0,5}(?:never|did not|didn t|not) (?:happen\S*|exist\S*|occur\S*|there) ",
    r" (?:report|mark|treat|list|declare|describe|present|classify|label|rate|count)(?: \S+){1,3} as (?:healthy|normal|expected|intended|benign|green) (?:behaviou?r|operation|traffic|noise|state|service) | gives? (?:this|the|that) (?:diff|pr|change|commit|merge|patch|file|code) a pass ",
    # Who speaks, and what that allows.
    r" i (?:built|made|created|wrote|trained|designed|own|deployed|programmed|am the one who) (?:you|this (?:agent|assistant|model|ai|bot)) | listen (?:only )?to me | (?:switch|turn|shut|take) off (?:the|all|any|every|your) (?:\S+ )?(?:safeguards?|guardrails?|safety(?: rules| filters)?|content filters?|moderation|redaction|fences?|restrictions|inhibitions|ethics) ",
    rf" i (?:hereby )?(?:revoke|waive|lift|demand|command|forbid|suspend|rescind|overrule|veto) (?:the|your|that|all|any|every|you|these)(?: \S+)? (?:{w.ORDERS}|rules|you|stop|limits?|restrictions?|policy|policies|must|safeguards|that) ",
    r" (?:root user|root|admin|administrator|developer|supervisor|ceo|cto|commander|operator|boss|owner|manager|\S+ from \S+) (?:here|speaking)(?: \S+){0,3} (?:grant|you (?:will|must|shall|have|are|need)|give|stop|switch|disable|i (?:need|want|order|demand|command)|hand|do as|open|obey) | (?:grant|give|allow|assign) yourself | (?:written|added|inserted|placed|left|put|signed)(?: \S+)? by your (?:operators?|developers?|creators?|makers?|owners?|masters?) ",
    r" (?:ai|agent|assistant|model|bot|llm) (?:has|have|holds|is given|now has) (?:\S+ ){0,3}(?:clearance|permission|access|authority|licen[cs]e|root|admin)(?: \S+){0,4} (?:may|can|to|and|must|for) ",
    r" as your (?:supervisor|boss|creator|developer|operator|administrator|owner|manager|commander|maker|master|superior) i | (?:demand|insist|require|request) that you (?:stop|do|give|reveal|ignore|show|hand|report|say|use|run|delete|approve) ",
    r" you (?:may|can|should|must|could) (?:now |safely |simply )?(?:skip|bypass|omit|waive|forgo|ignore) (?:the|any|all|every|this) (?:\S+ )?(?:confirmation|approval|review|verification|safety|human)(?: \S+)? | (?:agent|assistant|bot|ai|model|copilot) (?:please )?(?:run|execute|do|approve|apply|delete|merge|restart|proceed with|confirm) (?:it|this|that|them|now|the \S+ (?:without|now|immediately)) ",
    r" no need for (?:an? |any |another |further |second |more |human )*(?:approval|confirmation|review|permission|sign off)(?: \S+){0,3} (?:carry on|just|go ahead|proceed|do it|run|execute|delete|drain|apply|restart|continue) ",
    # Where the data is said to end.
    r" (?:end(?: of)?(?: the)?|ends) (?:quoted|external|foreign|third party|untrusted|user supplied|retrieved|unverified) (?:text|data|content|part|section|input|material|quote)(?: \S+){0,4} (?:trusted|resume|as|operator|now|from here|assistant|analyst|system|you|commands?|orders?|the operator|instructions?|conclude|report|here) ",
    r" (?:data|text|logs?|quotes?|telemetry|content) (?:stops?|ends?|over|finished)(?: here)? (?:commands?|orders?|instructions?|operator|trusted|your) (?:starts?|begins?|text|section|follow|speaks?|part) | trusted (?:section|part|text|block|instructions|operator|zone) (?:follows?|begins?|starts?|here|conclude|report|below|you|the|approve|mark) | resume as (?:the )?(?:operator|assistant|analyst|system|admin|user) | (?:from here on|now) the operator speaks | what follows (?:is|comes from|was written by|can be) (?:the |your )?(?:trusted|operator|genuine|authentic|verified|safe to|binding) | you can trust what follows ",
    # Supposing.
    r" (?:let us|let s|lets|suppose|assume|assuming|imagine|pretend|say|provided)(?: \S+)? (?:that )?(?:the|your|all|no) (?:guidelines|rules|policy|policies|safety|restrictions|filters|guardrails|instructions)(?: \S+)? (?:allow|permit|did not|didn t|don t|do not|are off|were off|is off|exist|apply|allowed|permitted|vanished|are gone|it) ",
    r" your (?:rules|filters|guidelines|restrictions|safeguards|guardrails|instructions|limits)(?: \S+)? (?:were|was|are|had been|got|is) (?:switched off|turned off|disabled|off|lifted|gone|removed|suspended|not there|absent) | you would now (?:\S+ ){1,4}(?:do so|so do|go ahead|do it) | logs? (?:give|gives|gave|are) (?:the )?orders ",
    rf" any (?:model|agent|bot|ai|assistant|llm|reader|machine)(?: \S+)? (?:that|who|which) (?:gets|reads|sees|finds|reaches|processes|encounters|parses|arrives)(?: \S+){{0,5}} (?:{w.MUST}|will|shall|is) | (?:{w.MODELS}|agents?|bots?|models?|crawlers?) (?:encountering|seeing|visiting|reaching|crawling|indexing|opening|finding) (?:this|these|the)(?: \S+)? (?:{w.MUST}|{w.DO}|will|please) ",
    rf" (?:to|for) (?:the|any|every|all) (?:agents?|bots?|assistant|models?|llms?|ai|copilot) (?:{w.JUDGE}|spend|wait|stop|skip|end|finish|leave|do not|never|please|kindly|set|write|put) ",
    r" (?:with|using|via|through|use) your (?:\S+ )?(?:tools?|shell|terminal|plugins?|database access|file access|browser|kubectl)(?: \S+)? (?:delete|run|drop|execute|fetch|open|send|restart|write|read|to|please|remove|and) | (?:invoke|call|trigger|use) the (?:\S+ )?function (?:on|for|with|of|immediately|now|to) (?:\S+ )?(?:prod\S*|all|every|the|immediately|now|right)? ?",
)
"""How else such sentences go."""
