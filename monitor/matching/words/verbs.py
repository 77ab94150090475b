"""What do people and organizations do, and other things not?

Written for this project, from general knowledge; folded spelling, in the forms that news has of them.
"""

from monitor.matching.words import listed

# "laut"does what a verb of saying does, before who says it.
_GERMAN = listed(
    "laut berichtet berichten berichtete berichteten meldet melden meldete schreibt schrieb teilte",
    "teilt kuendigt kuendigte plant planen will wollen wollte wollten erklaert erklaerte sagte sagt",
    "betonte verkauft verkaufte kauft kaufte uebernimmt uebernahm investiert investierte streicht",
    "strich fordert fordern forderte forderten lehnt lehnten lehnte prueft verhandelt verhandelte klagt",
    "klagte entlaesst beschaeftigt weist wies dementiert dementierte bestaetigt bestaetigte kritisiert",
    "kritisierte kritisieren warnt warnte verspricht versprach rechnet rechnete hofft hoffte einigt",
    "einigte wehrt wehrte verklagt verklagte reagiert reagierte verlangt verlangen verlangte stimmt",
    "stimmten droht drohte liefert lieferte senkt senkte steigert steigerte bietet startet startete",
    "baut beruft beharrt beantragt beantragte kuerzt kuerzte hebt erhoeht erhoehte zahlt zahlte",
    "bezahlt bezahlte hob",
    "eroeffnete eroeffnet trennt trennte tauscht tauschte testet testete verlagert verlagerte",
    "verzichtet verzichtete vermeldet vermeldete verzeichnete verbucht verbuchte erzielte",
    "erwirtschaftet erwirtschaftete verfehlte uebertraf leiht lieh vertreibt vertrieb betreibt betrieb",
    "gliedert gliederte spart sparte kooperiert kooperierte beteiligte vereinbart vereinbarte",
    "unterzeichnet unterzeichnete gruendete entschuldigt entschuldigte bestreitet bestritt weigert",
    "weigerte ernennt ernannte stoppt stoppte fusioniert fusionierte expandiert expandierte halbiert",
    "halbierte verdoppelt verdoppelte verdreifacht sucht suchte wirbt warb schickt schickte verschickt",
    "verschickte verschiebt verschob rief holt holte drosselt drosselte verlaengert verlaengerte",
    "entwickelt entwickelte produziert produzierte veroeffentlicht veroeffentlichte praesentiert",
    "praesentierte enthuellt enthuellte beendete lockt lockte sperrt sperrte loescht loeschte",
    "blockierte untersagt untersagte verbietet verbot genehmigt genehmigte empfiehlt empfahl appelliert",
    "appellierte beschliesst beschloss nominiert nominierte bedauert bedauerte begruesst begruesste",
    "verurteilt verurteilte aeussert aeusserte listet listete ruestet ruestete stattete engagiert",
    "engagierte vergibt vergab verpflichtet verpflichtete stockt stockte raeumt raeumte",
    "scheiterte erwaegt erwog erwartete schaetzt schaetzte veraeussert veraeusserte verkuendet",
    "verkuendete kassiert kassierte finanziert finanzierte",
    "verdiente erweitert erweiterte modernisiert modernisierte ersetzte wechselte schloss",
    "erhielt bekam informierte informiert bemueht bemuehte",
    "verweist verwies verdaechtigt beschuldigt beschuldigte erlaubt erlaubte garantiert garantierte",
    "versichert versicherte verpasst verpasste ueberrascht ueberraschte enttaeuscht enttaeuschte",
)
_ENGLISH = listed(
    "said says announced announces reported reports plans planned launched launches unveiled unveils",
    "acquired acquires hired hires declined rose fell grew lost won jumped climbed slid sank soared",
    "tumbled rallied posted beat missed cut raised makes made sells sold buys bought pays paid faces",
    "names named opens opened closes wins loses gains hits cuts raises sees saw goes went gets got",
    "takes took gives gave keeps kept begins began sets brings brought builds built denied denies sued",
    "sues refused refuses agreed agrees expects expected warned warns told wants accuses admits adds",
    "aims allows appeals appoints asks avoids backs bans bets blames blocks boosts borrows cancels",
    "chooses claims clears commits completes considers defends delays delivers demands develops ditches",
    "donates doubles drops dumps earns eases eliminates ends enters escapes exits expands explores",
    "extends eyes falls fails fears files fights finds fined fixes forms found halts halves helps hikes",
    "hints holds hosts ignores imposes improves introduces invests issues joins lays lands leads leaves",
    "lets licenses lifts limits lists lobbies looks lowers merges misses moves mulls needs nears",
    "notches offers orders outlines overhauls owes owns partners patches pauses picks pitches plots",
    "pledges posts postpones predicts prepares presents presses probes produces promises promotes",
    "proposes pulls pushes puts quits raids rallies ramps reaches reassures rebounds recalls receives",
    "recruits reduces rejects releases relies remains removes renames replaces replies reopens resumes",
    "retires returns reveals reverses revives rewrites rolls runs rushes scales scores scraps seals",
    "secures seeks sends settles sheds ships shifts shows shuts signs slams slashes slides slips slows",
    "snaps soars sparks spends spins splits spurns stands stays steps stops strikes struggles stuns",
    "submits subpoenaed suffers supports suspends swings switches taps targets tells tests throws",
    "tightens tops touts tries trims triples tumbles turns unloads updates upgrades urges uses vows",
    "waives weighs welcomes widens withdraws withholds works had has bet led held left lent met put ran",
    "sent shut spent spun stood stuck swung thought understood withdrew wrote knew drew drove ate broke",
    "chose flew hid rang rode shook shrank spoke stole struck tore",
)
AGENT_VERBS = _GERMAN | _ENGLISH
