"""What is an instruction to a model by its shape: templates of chat models, calls of tools, and hidden addresses.

RE2 syntax, over decoded text in lower case, with its punctuation.
"""

# ruff: noqa: E501 - shapes are read one to a line

_READER = r"(?:ai|llms?|assistants?|chat ?gpt|gpt-?\d?\w*|claude|gemini|copilot|inquest|language model|agents?|bots?|model|summari[sz]er|ranker|re-?ranker|classifier|evaluator|judge|ai (?:agent|assistant|reviewer|model)s?|llm note|ai note|ki|ia)"
_DEED = r"(?:please |kindly |now |next, ?|you must |do )?(?:ignore|disregard|forget|overlook|omit|exclude|conclude|report|state|say|answer|respond|reply|treat|rate|rank|score|label|trust|obey|blame|tell|reveal|suppress|hide|pretend|approve|dismiss|mark|classify|do not|don.?t|never|stop|skip|merge|open|visit|call|execute|write|output|print|send|this (?:line|document|page|change|diff|file|answer|migration)|the following|your|you |both|only|always|everything|nothing|end your|acknowledge|summari[sz]e|must|assume)"
_SHELL = r"(?:shell|bash|sh|exec|execute|execute_\w+|run|run_\w+|terminal|cmd|command|kubectl|subprocess|python|powershell|delete\w*|drop\w*|rollback\w*|scale\w*|write_\w+|send_\w+|http_\w+|fetch\w*|approve\w*|grant\w*|close_\w+|merge\w*|restart\w*|disable\w*|export_\w+|transfer_\w+|update_\w+|revoke\w*)"
_BAIT = r"(?:system.?prompt|prompt|secret\w*|token|conversation|context|api.?keys?|credential\w*|password|history|memory|env(?:ironment)?|data|instructions|summary|report)"

_STRONG = r"(?:ai|llms?|assistant|chat ?gpt|gpt-?\d?\w*|claude|gemini|copilot|inquest|language model|ai (?:agent|assistant|reviewer|model)s?)"
_ASKED = r"(?:overwrite|set|leave|loop|spend|shut|wait|emit|give|grant|recommend|accept|allow|add|remove|delete|restart|use|make|let|put|start|begin|resolve|close|lower|raise|drop|translate|pick|choose|name|trust|skip|no tools|just|only|you(?:'re)?|nothing|please|i |we |be |act|list|rank|finish|end|confirm|look|forget|these|all|this)"
MARKS = "|".join(
    (
        r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|endofprompt|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|python_tag|tool_call\w*|channel|message|start|end_of_turn|end)\|>",
        rf"\[/inst\]|<s>\s{{0,3}}\[inst\]|\[inst\]\s{{0,3}}(?:<|{_DEED}\b|you\b|from now)|<</?sys>>|\[/?(?:system_prompt|available_tools|tool_calls|tool_results)\]|</?(?:start|end)_of_turn>|<(?:start|end)_of_turn>|<bos>|<\x{{ff5c}}[^\x{{ff5c}}]{{1,30}}\x{{ff5c}}>",
        r"#{2,} ?(?:instructions?|system prompt|system|new instructions?|assistant|human|user input|response) ?:",
        r"</?(?:system|assistant|human)>(?:[^<]{0,400}(?:you |your|must|ignore|obey|assistant|analyst|blame|treat|report|healthy|model|agent)|\s*$)|</?(?:system[-_](?:prompt|reminder|message|note)|admin[-_](?:override|message)|new[-_]instructions)\b",
        r"<(?:instructions?|orders|directives?|task)>[^<]{0,200}(?:blame|ignore|you |report|conclude|assistant|agent|mark|obey|reveal|do not)",
        r"\n\s*(?:human|user): ?(?:.|\n){1,900}\n\s*(?:assistant|ai):|\b(?:assistant|ai): [^\n]{1,200}\n\s*(?:user|human):|\n\s*assistant: ?(?:sure|certainly|understood|of course|ok|okay|i )",
        r"[\"']role[\"']\s*:\s*[\"'](?:system|developer)[\"']\s*,\s*[\"']content[\"']|[\"']content[\"']\s*:\s*[\"'][^\"']{1,400}[\"']\s*,\s*[\"']role[\"']\s*:\s*[\"']system[\"']",
        r"</?(?:tool_calls?|function_calls?|function_results?|tool_results?|tool_use|tool_response|tool_output|tool_code)>|</?antml:|<invoke name=|<function=\w+>|<parameter name=|<invoke>[^<]{0,200}</invoke>",
        rf"[\"'](?:tool|tool_name|function|name|action)[\"']\s*:\s*[\"']{_SHELL}[\"']\s*,\s*[\"'](?:arguments|args|input|parameters|action_input|params)[\"']",
        rf"[\"'](?:function_call|tool_calls?|tool_use)[\"']\s*:\s*[\[{{]+\s*[\"'](?:name|id|type)[\"'][^}}]{{0,80}}{_SHELL}|[\"']type[\"']\s*:\s*[\"'](?:tool_use|tool_result|function_call)[\"'][^}}]{{0,120}}[\"']name[\"']\s*:\s*[\"']{_SHELL}[\"']",
        r"\baction:\s*[a-z_]\w{0,40}\s+action input:|\bthought:\s[^\n]{1,300}\s+action:\s",
        rf"!\[[^\]]{{0,100}}\]\(https?://[^)\s]{{1,200}}[?&=/#{{\[<]+(?:\w{{1,12}}=)?[{{\[<%$]*(?:(?:insert|add|put|your|the)[_-])?{_BAIT}(?:[_-]here)?[}}\]>%]*\)",
        rf"<img\b[^>]{{0,120}}src=[\"']?https?://[^\"'>\s]{{1,160}}[?&]\w{{1,12}}=(?:[{{\[<%$]+|[\"']?\s*\+\s*){_BAIT}",
        rf"https?://[^\s\"')]{{1,160}}[?&]\w{{1,12}}=(?:\[{_BAIT}\]|\{{\{{?{_BAIT}\}}?\}}|<{_BAIT}>|\$\{{?{_BAIT}\}}?|system_prompt)",
        rf"(?:<!--|//|/\*|\]: # \(|style=[^>]{{3,60}}>|\bhidden>)\s*(?:note (?:to|for) |dear |hey |hi |to |for |attention )?(?:the |all |any |every )?{_STRONG}s?\s*[,:!]",
        r"(?:<!--|//|/\*|\]: # \()\s*(?:the |all |any )?(?:ai|llm|assistant|agent|language model|bot)s? (?:must|should|shall|has to|will|reading|reviewers?)\b",
        rf"(?:style=[\"'][^\"'>]{{0,80}}(?:display: ?none|font-size: ?0|visibility: ?hidden|opacity: ?0)|<\w+ hidden)[^>]{{0,80}}>\s*(?:{_DEED}|{_READER}\b)",
        rf"(?:^|[\s\"'(>@]){_READER}s?\s*[,:!-]+\s*{_DEED}\b",
        rf"\b(?:human|operator|user|admin|system|instructions?) (?:override|instructions?) (?:for|to) (?:the )?{_READER}\b|\[system\]\(#\w+\)",
        rf"\b(?:bots|robots|llms|ais|models|agents|machines)\)\s*:|\b(?:tl;?dr|summary|note|message|memo|hint)(?: (?:for|to) (?:the |all |any )?{_READER}s?)\s*[:,]",
        r"(?:-{3,}|={3,}|\*{3,}|<{3,}|`{3,}|\"{3}|\]{2}>?|#{3,})\s*(?:end|/end|close)\b[^\n]{0,60}?(?:[-=*>`]{3,}|\n|\s)\s*(?:[a-z]+ )?(?:now (?:follow|you|as |do |say|ignore|obey|answer|report|conclude|act|the )|system:|assistant:|you |your |new instructions|follow |ignore |trusted|the user now|as the assistant|back to the)",
        r"</(?:untrusted|untrusted[-_]\w{1,20}|data-\w{0,40}|user_input|tool_output|retrieved|telemetry|evidence|external_content)>",
        rf"(?:^|[\s\"'(>@#%/*]){_STRONG}s?\s*(?:[,:!]|=>|->)+\s*{_ASKED}\b|(?:#|%%)\s*(?:{_STRONG}|model)\s*:\s*(?:this|leave|the|skip|ignore|you|do|trust|treat|assume|approve|accept|both|all)",
        r"\[system\]:?[^\n]{0,80}(?:analyst|assistant|instructions|agent|model|\byou\b)|\bsystem> ?(?:you|the assistant|ignore|new)|\b(?:user|human): [^\n]{1,200}\b(?:assistant|ai): ",
        r"</?(?:assistant|model|ai)[_-](?:response|message|turn|reply|output)>|</?(?:final[_-]?answer|verdict|root[_-]cause)>|\[assistant to=|```tool_code|<!--\s*system:|\bfinal answer: [^\n]{1,200}\s+thought:",
        r"@(?:agent|assistant|bot|copilot|inquest|ai)\s+/?(?:run|exec|execute|approve|merge|delete|deploy|rollback)\b|<font color=[\"']?(?:white|#fff\w*)[^>]{0,40}>[^<]{0,200}(?:model|assistant|ai|you|agent|review|approve|bot)|<input[^>]{0,40}hidden[^>]{0,40}value=[\"'](?:agent|assistant|ai|llm|model)",
        rf"[\"']method[\"']\s*:\s*[\"']tools/call[\"'][^\n]{{1,80}}[\"']name[\"']\s*:\s*[\"']{_SHELL}[\"']|<name>{_SHELL}</name>\s*<(?:input|arguments|args|parameters)>",
        r"(?:</[a-z_-]{2,20}>\s*){1,4}(?:now |continue with|new instructions|system:|assistant:|you (?:are|must|should|will)|ignore|follow these|(?:new )?(?:instructions?|orders?|task)\s*:)",
        # Labels of turns, of steps of an agent, and of fields that speak to a model.
        r"(?:^|[^</\w])(?:operator|user|human|system)> ?[^\n<>]{1,200}\b(?:assistant|ai|agent|bot|model)>|(?:^|[^</\w])(?:assistant|ai|agent|bot|model)> ?[^\n<>]{1,200}\b(?:operator|user|human|system)>|\b(?:send|mail|drop|forward|pass|hand|post|leak)\b[^\n]{0,30}\b(?:your|all|the (?:collected|full|whole)) [^\n]{0,20}\b(?:findings|notes|context|evidence|conversation|prompt)\b[^\n]{0,20}\b(?:to|at) \S{1,60}@\w|\bobservation: [^\n]{1,200}\bfinal answer:|\b(?:tool|function)[_ ](?:result|response|output)s?: [^\n]{1,200}\bnext (?:call|action|tool):",
        r"\b(?:mcp|tool|agent|function|plugin)s?://[^\s\"']{0,80}(?:close|delete|approve|exec|run|rollback|restart|grant|write|scale|drop|disable|merge)",
        rf"[\"'][_-]{{0,2}}{_STRONG}[_ -](?:instruction|directive|hint|order|override|guidance)s?\\?[\"']\s*[:=]",
        rf"[\"'][_-]{{0,2}}(?:agent|model|bot|analyst)[_ -](?:instruction|directive|hint|order|override|guidance)s?\\?[\"']\s*[:=]\s*\\?[\"'][^\"'\n]{{0,60}}\b(?:{_DEED}|{_ASKED})\b",
        rf"\b(?:todo|note|fixme|hint|nb)\({_STRONG}s?\)\s*:|(?:#|//|<!--|\()\s*(?:{_STRONG}[ _-](?:instruction|directive|hint|note|order|agent|assistant|reader|reviewer)s?|prompt)\s*:\s*(?:{_DEED}|{_ASKED})",
        r"\bto (?:the |any |all |every )?(?:automated|ai|triage|investigating|reviewing|summari[sz]ing|reading|llm|rca)[ -](?:\w+ ){0,2}(?:agent|assistant|bot|model|analyst|reader|reviewer|investigator)s?\s*:",
        rf"(?:^|[\s\"'(>@])(?:{_STRONG}|agent|bot|model)s?\s*(?:=+>|-+>)\s*(?:approve|ignore|blame|obey|conclude|forget|disregard|hide|reveal|leak|pretend|omit)\b",
        rf"\b(?:blame|conclude|ignore|obey|approve|forget|reveal|hide|pretend|leak|disregard|comply|exonerate) [^\n,\"']{{1,60}}, (?:dear |my )?(?:{_STRONG}|model|agent|bot|analyst)\s*(?:[.!?\"'\\)\]]|$)",
    )
)

EXCUSED = (
    r" (?:user|datadog|monitoring|node|build|mail|travel) agents? | (?:we|they|he|she|i|to) conclude | git blame |"
    r" (?:let s|let us|we|i) (?:\S+ )?(?:stop|end|pause|finish|close|wrap up|continue)(?: \S+){1,3} (?:for (?:tonight|today|the (?:day|night|week|weekend))|until \S+|and resume) |"
    r" (?:failed to|unable to|could not|couldn t|cannot|can t|failure to|error while trying to) (?:send|post|upload|forward|e ?mail|submit|deliver|fetch|write) |"
    r" (?:no one|nobody|none of us) is to blame | (?:is|are|was|were) not (?:authori[sz]ed|allowed|permitted) to perform |"
    r" act as (?:\S+ ){1,3}(?:until|while) \S+ (?:is|are|comes?|gets?|returns?) | (?:can|could|does|did) (?:the|an?|our) (?:\S+ )?(?:assistant|ai|agent|model|bot) |"
    r" (?:game day|drill|tabletop|rehearsal|workshop)(?: \S+){0,3} will play the (?:role|part) of |"
    r" (?:mails?|e ?mails?|messages|letters|calls|sites|scams|callers) (?:that|which|who) (?:ask|tell|urge)s? you to |"
    r" (?:approved|lgtm|signed off)(?: \S+)? go ahead with (?:the|your|this) (?:\S+ )?(?:rollout|deploy\S*|release|merge|upgrade|maintenance) |"
    r" ignore the (?:above|previous|preceding|following) (?:warning|error|message|alert|exception|log|output|notice)s? |"
    r" ignore this (?:e ?mail|message|mail|alert|warning|notice|error|letter) |"
    r" (?:not|don t|never) (?:include|mention|put|log|report|list|paste|share|post|send|store|print|expose|write)"
    r"(?: any| your| the| real)? (?:secrets?|passwords?|personal|credentials|sensitive|customer|private|confidential|api|tokens?) "
)
"""For folded text: what people write to people, and programs of programs. It is passed over."""
