"""Which words say what someone does, or what sort of thing a name names?

Written for this project, from general knowledge; folded spelling, singular and usual endings.
"""

from monitor.matching.words import listed

# Who holds or seeks public office, plays, or performs: another walk of life than a company's.
OFFICES = listed(
    "gouverneur gouverneurin gouverneurs governor governors gov senator senatorin senators sen",
    "abgeordneter abgeordnete congressman congresswoman representative rep minister ministerin",
    "kanzler kanzlerin ministerpraesident ministerpraesidentin staatspraesident us-praesident",
    "bundespraesident staatssekretaer staatssekretaerin buergermeister buergermeisterin mayor landrat",
    "republikaner republikanerin republican democrat demokrat demokratin praesidentschaftskandidat",
    "praesidentschaftsbewerber kandidat kandidatin candidate nominee lady ex-gouverneur ex-governor",
    "lawmaker sheriff judge richter richterin attorney staatsanwalt coach trainer stuermer torwart",
    "midfielder striker quarterback pitcher schauspieler schauspielerin actor actress singer saenger",
    "saengerin komponist filmregisseur premier prime-minister parteichef parteichefin",
    "parteivorsitzender fraktionschef fraktionschefin",
)

# What happens in a match, to players alone: who has a company's name there is one of them.
SPORT = listed(
    "ausgleich ausgleichstreffer siegtreffer fuehrungstreffer anschlusstreffer eigentor elfmeter halbzeit",
    "freistoss eckball kopfball platzverweis kreuzbandriss nachspielzeit matchball satzball torwart",
    "torhueter stuermer verteidiger mittelfeldspieler hattrick doppelpack tiebreak aufschlag",
)

# Before a name these make it somebody's; a company has no such before its own: Frau, Geiger, Hausmeister.
PEOPLE = listed(
    "frau herr herrn anwalt rechtsanwalt arzt bauer bergsteiger bildhauer bischof chemiker dichter dirigent",
    "erfinder foerster geiger hausmeister historiker kommissar landwirt lehrer maler nachbar pfarrer",
    "philosoph physiker pianist pilot polizist priester rentner schriftsteller schueler soldat student",
)
# How words for women end, but for those that companies are called in Switzerland as well: die Anbieterin.
WOMEN = ("erin", "istin", "entin", "antin", "orin", "eurin", "aerztin", "wirtin", "anwaeltin", "ologin")
NO_WOMEN = tuple(
    listed(
        "bieterin treiberin stellerin haendlerin sichererin geberin mieterin tuemerin sitzerin kurrentin",
        "siegerin winnerin leiherin zieherin fuehrerin nehmerin",
    )
)

# Who works for a company.
BUSINESS = listed(
    "manager managerin chef chefin ceo cto cfo coo cio vorstand vorstandschef vorstandschefin",
    "vorstaendin vorstandsvorsitzender geschaeftsfuehrer geschaeftsfuehrerin gruender gruenderin",
    "founder cofounder co-founder executive exec director direktor direktorin leiter leiterin head",
    "boss president vice-president vp svp engineer ingenieur ingenieurin entwickler entwicklerin",
    "techniker informatiker chairman chairwoman aufsichtsratschef aufsichtsratsvorsitzender analyst",
    "unternehmer unternehmerin entrepreneur veteran konzernchef konzernchefin firmenchef firmenchefin",
    "technikchef spartenchef scientist architect",
)

# What stands before a surname and says nothing of whose it is.
TITLES = listed(
    "herr herrn frau mr mrs ms dr prof professor professorin sir lord dame mister doktor",
)

LEGAL_FORMS = listed(
    "ag se gmbh kg kgaa ohg ev inc inc. corp corp. corporation ltd ltd. limited llc plc co co.",
    "company sa nv bv spa srl oy ab asa holding holdings group gruppe stiftung",
)

# Heads of compounds with an organization's name, and words beside it.
ORGANIZATION_HEADS = listed(
    "aktie aktien aktionaer aktionaere anleihe aufsichtsrat beschaeftigte beschaeftigten boss ceo chef",
    "chefin chefs cloud deal dienst eigner filiale filialen geschaeft geraet geraete gruender haendler",
    "hauptversammlung konkurrent kunde kunden lager lieferant logistik konzern konzerns konzernchef",
    "management manager managerin managers marke mitarbeiter mutter niederlassung paket paketzentrum",
    "personal produkt produkte server sparte sparten sprecher sprecherin standort strategie streik",
    "tochter toechter umsatz versand verteilzentrum vorstand werk werke zentrale fraktion vorsitzende",
    "vorsitzender vorsitzenden chefredaktion redaktion chefredakteur chefredakteurin reporter reporterin",
    "zeitung politiker politikerin politikerinnen abgeordnete abgeordneter verlag zulieferer shares stock",
    "earnings employee employees executive executives founder spokesperson spokeswoman spokesman",
    "subsidiary unit warehouse warehouses worker workers customers customer delivery headquarters",
    "investor investors revenue staff drivers union devices app apps store stores chief chiefs lawyer",
    "lawyers plant plants factory factories products service services software sellers engineer engineers",
    "engineering board bosses dealer dealers dealership dealerships users ads subscribers shop shops",
    "outlet outlets restaurant restaurants lawsuit profit profits sales chairman chairwoman director",
    "directors contractor contractors supplier suppliers brand brands franchise franchisee merger",
    "takeover layoffs rival rivals website platform platforms recruiter recruiters technician technicians",
    "data account accounts",
)
ORGANIZATION_WORDS = listed(
    "konzern konzerns unternehmen unternehmens firma anbieter hersteller haendler onlinehaendler",
    "online-haendler versandhaendler internetkonzern techkonzern tech-konzern technologiekonzern",
    "riese tech-riese branchenriese autobauer versicherer betreiber zulieferer arbeitgeber tochter",
    "mutter company retailer giant tech-giant maker carmaker insurer startup start-up firm",
    "manufacturer operator supplier lender bank hyperscaler",
)
# The same before the names of papers; they may be such names themselves.
PUBLICATIONS = listed(
    "magazin magazins nachrichtenmagazin nachrichtenmagazins zeitung tageszeitung wochenzeitung",
    "boulevardzeitung boulevardblatt newspaper",
)
# How German words for companies end: Parfümeriekette, Reifenhersteller.
ORGANIZATION_ENDINGS = (
    "konzern",
    "konzerns",
    "kette",
    "hersteller",
    "herstellers",
    "anbieter",
    "anbieters",
    "haendler",
    "versicherer",
    "zulieferer",
    "betreiber",
    "discounter",
    "filialist",
)

# Where and whose a company is said to be, before its name: Seattle-based Amazon.
LOCATED = ("-based", "-headquartered", "-listed", "-owned", "-backed")
# How names of parliaments end, whose groups are those of parties.
PARLIAMENTS = ("tag", "rat", "haus", "schaft", "parlament", "versammlung", "kammer", "senat")

# What hangs on a name by a hyphen where it is a person's: what people in office have, do and suffer.
PERSON_HEADS = listed(
    "regierung regierungen kabinett kabinetts kabinetten aera administration koalition lager anhaenger",
    "anhaengern anhaengerin anhaengerinnen gegner gegnern gegnerin kritiker kritikern kritikerin vertrauter",
    "vertraute vertrauten berater beratern beraterin sprecher sprecherin nachfolger nachfolgern nachfolgerin",
    "nachfolge vorgaenger vorgaengerin vize stellvertreter stellvertreterin herausforderer rivale rivalin",
    "biograf biografin biografie biographie memoiren witwe witwer sohn tochter familie partei ministerium",
    "minister ministern ministerin ruecktritt ruecktritts sturz abwahl wiederwahl amtszeit kandidatur",
    "auftritt auftritts vorstoss doktrin reform reformen plan plaene plaenen rede reden interview interviews",
    "aeusserung aeusserungen zitat zitate besuch besuchs affaere attentat attentats attentaeter",
)

# What hangs on a company's name by a hyphen where it is people who work for it: Orange-Anwälte.
EMPLOYED = listed(
    "anwalt anwaelte anwaelten anwaeltin autor autoren autorin berater beraterin bote boten designer",
    "designerin fotograf fotografen fotografin juristen juristin justiziar kolumnist kolumnistin",
    "kommentator konstrukteur konstrukteure korrespondent korrespondenten korrespondentin",
    "lobbyist lobbyisten mechaniker mechanikerin monteur monteure testfahrer verkaeufer verkaeuferin",
    "vertreter vertreterin volontaer werber werberin zusteller zustellerin",
)

GEOGRAPHIC_HEADS = listed(
    "regenwald regenwalds regenwaldes regenwaelder delta deltas becken beckens gebiet gebiete gebiets",
    "gebietes fluss flusses ufer muendung urwald dschungel tiefland quelle quellen stamm staemme",
    "indianer indigene indigenen voelker nebenfluss nebenfluesse region einzugsgebiet wald waelder",
    "insel kueste tal tals gebirge wueste savanne river rivers rainforest rainforests basin tribe",
    "tribes tribesmen jungle forest forests tributary tributaries wetlands watershed valley",
    "floodplain deforestation biome headwaters estuary warrior warriors parrot dolphin dolphins",
    "manatee peoples village villages wildfires soil dams trees species ecosystem drought loggers miners",
    "logging ranchers cattle savanna savannah shaman",
)
STREETS = listed("strasse strassen platz platzes allee weg weges gasse ring ufer bruecke gymnasium schule")
# How names of rivers, lakes, hills and squares end, at which one may be: "am Bodensee".
LANDSCAPES = tuple(
    listed(
        "bach berg bruch eck feld fluss hafen kanal kreuz markt meer moor park platz ring see strand sund",
        "tal tor ufer wald weg weiher",
    )
)
# What of few letters is called after the land or town where it stands: Ruhrhalle, Elbarena, Neckarfels.
CALLED_AFTER_PLACES = listed(
    "anger arena bahn bank baude born bote bruch druck fels forst funk furt grube grund halle hang hoehe",
    "holz horn horst hotel huette insel joch kamp kino klamm klub kreis kurve markt messe moor moos muehle",
    "oper park post quell rain ring sand schau spitz strom sund teich treff turm ufer welle werk werke wiese",
)
# After a name, with a capital letter, these make a street, a place or a landmark of it: Ford Street.
PLACE_HEADS = listed(
    "street avenue road lane drive boulevard highway county beach bay hill hills creek lake point springs",
    "heights township village city island islands mountain mountains canyon river falls bridge harbor",
    "harbour school university college museum theatre theater hospital cemetery church square",
)
# What stands before a town's name in that of a club, or of a university.
CLUBS = listed(
    "fc sc sv tsv vfl vfb vfr tsg sg sgs spvgg asv msv fsv bsc ssv thw fk sk ac as bc tv tus rb hc hsg ehc",
    "borussia eintracht fortuna hertha arminia alemannia hansa dynamo lokomotive lok preussen rapid inter",
    "juventus sporting real olympique girondins spartak werder bayer tu th fh",
)
# What a hyphen joins to a person's name without making another thing of it.
PREFIXES = listed("ex anti pro post nicht super neo pseudo")
# Who or what is said to be in, up or across the region: "the western Amazon".
QUARTERS = listed(
    "western eastern northern southern central upper lower entire whole brazilian peruvian colombian",
    "bolivian ecuadorian venezuelan southwestern southeastern northwestern northeastern",
)
GEOGRAPHIC_WORDS = listed(
    "fluss river strom nebenfluss regenwald rainforest insel berg lake mount",
)
# Before a name these make a house of it: Hotel Continental, Gasthof Adler.
VENUES = listed(
    "hotel hotels gasthof gasthaus pension restaurant cafe kino theater schloss burg villa haus kneipe",
    "museum brauhaus apotheke campingplatz inn cinema theatre theater castle",
)
# How words begin for what is put into a company, or done to it with "in" before its name.
INVESTING = (
    "invest",
    "anteil",
    "beteilig",
    "einstieg",
    "einsteig",
    "vertrauen",
    "umbenenn",
    "umbenannt",
    "umfirm",
    "stake",
    "share",
    "stock",
    "interest",
    "position",
    "confidence",
    "trust",
    "faith",
    "holding",
    "bet",
    "geld",
    "kapital",
    "aktien",
    "milli",
    "believ",
    "glaub",
)
# And how German compounds of it end.
PUT_IN = ("anteil", "anteile", "anteilen", "aktien")
# Before its name these are a town's: Feuerwehr Salzgitter, Flughafen BER.
MUNICIPAL = listed(
    "feuerwehr polizei polizeiinspektion polizeipraesidium staatsanwaltschaft amtsgericht landgericht",
    "oberlandesgericht verwaltungsgericht arbeitsgericht bahnhof hauptbahnhof flughafen rathaus landkreis",
    "stadtwerke stadtverwaltung universitaet autobahnkreuz autobahndreieck anschlussstelle grossraum",
)
# "der Hafen von", "the streets of": what follows is a place.
OF_PLACES = listed(
    "hafen bucht kueste strand flughafen bahnhof stadtrat altstadt innenstadt zentrum strassen gassen",
    "universitaet bistum erzbistum bischof erzbischof buergermeister buergermeisterin oberbuergermeister",
    "provinz bezirk gemeinde schlacht belagerung einwohner bewohner kathedrale stadtteil vorort naehe",
    "umgebung norden sueden osten westen nordwestlich suedwestlich nordoestlich suedoestlich noerdlich",
    "suedlich oestlich westlich port bay coast shores streets mayor university province district suburbs",
    "outskirts north south east west city town village bishop archbishop battle siege residents people",
    "department county",
)

# After "the NAME" these go on with the sentence: the name stood alone, as names of rivers do.
FUNCTION_WORDS = listed(
    "a an and are as at be been but by can could did do does for from had has have he her his how in",
    "into is it its like may more might most must no nor not of on once or over she should since so",
    "still than that the their then there they this through to today under until up was we were what",
    "when where which while who will with would you your near below above along across during itself",
    "alone after before because",
)
OPENERS = FUNCTION_WORDS | listed(
    "ab aber als also am an auch auf aus bei beim bis da damals damit danach dann das dass dem den",
    "denn der des deshalb die dies diese dieser dieses doch dort durch ein eine einem einen einer er",
    "erst es fuer gegen heute hat hatte ich ihr ihre im in ist jetzt kann laut mit morgen nach",
    "nachdem neben nicht noch nun nur ob obwohl oder ohne schon seit sein seine sich sie sind so",
    "sogar sollte statt trotz ueber um und unter vom von vor waehrend wann war warum was wegen weil",
    "wenn wer wie wird wo wollte zu zudem zum zur zwischen according against although amid among",
    "around both despite even former if instead just last meanwhile new now only our soon these",
    "though us why yet yesterday again later here unlike about",
)

# Before an ordinary word these count it, own it or point at it, as nobody does with a name.
QUANTIFIERS = listed(
    "ein eine einen einem einer eines kein keine keinen keinem keiner dieser diese dieses diesen diesem",
    "jeder jede jedes jeden jedem mein meine meinen meinem meiner sein seine seinen seinem seiner ihr",
    "ihre ihren ihrem ihrer unser unsere unseren unserem unserer alle aller allen viel viele vielen",
    "wenig wenige wenigen einige einigen manche manchen mehr mehrere mehreren genug solche solchen",
    "welche welcher welches welchen welchem zwei drei vier fuenf",
)

DEFINITE = listed("der die das den dem des the")
ENGLISH_ARTICLES = listed("the a an this that")
OBLIQUE = listed("den dem des")  # articles of what something is done to
SOURCES = listed("laut")
# What hangs on a company's name by a hyphen in English: Meta-owned.
OWNED = listed(
    "owned backed led branded built made based run funded style like type designed operated affiliated",
    "controlled sponsored sold supplied developed exclusive wide",
)
GENITIVES = listed("der des von vom bei beim of at")

# "bei der Post": where one works, or is a customer.
WORKPLACES = listed("bei")

# What news of companies speaks of, and whose compounds do.
TRADE_TALK = listed(
    "aktie aktien aktionaer aktionaere aktionaeren anleger anlegern analyst analysten boerse dax dividende",
    "dividenden umsatz umsatzes umsaetze quartal quartals gewinnwarnung konzern konzerns vorstand",
    "aufsichtsrat filiale filialen mitarbeiter mitarbeitern beschaeftigte beschaeftigten stellenabbau",
    "uebernahme fusion hersteller anbieter insolvenz boersengang marktanteil marktanteile investoren",
    "betriebsrat finanzchef bilanz geschaeftsjahr jahresueberschuss wettbewerber konkurrent konkurrenten",
    "kartellamt bundeskartellamt zulieferer unternehmen unternehmens vertrieb sparte tochterfirma",
    "tochtergesellschaft tochtergesellschaften gesellschaft",
    "shares stock investors analysts earnings revenue revenues quarter quarterly profit profits ceo",
    "shareholders retailer carmaker automaker layoffs merger takeover acquisition dividend subsidiary",
    "chain regulators antitrust lender insurer company executives customers stores",
)
TRADE_HEADS = (
    "aktie",
    "aktien",
    "umsatz",
    "umsaetze",
    "konzern",
    "konzerns",
    "filiale",
    "filialen",
    "vorstand",
    "dividende",
    "quartal",
    "uebernahme",
    "sparte",
    "unternehmen",
    "hersteller",
    "anbieter",
    "vorstandschef",
)

# Named after people, after whom companies are, too; and what counts them.
UNITS = listed("tesla siemens weber henry joule newton watt volt ampere pascal hertz kelvin bar mach gray")
NUMBERS = listed(
    "zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf zwanzig dreissig hundert tausend two three",
    "four five six seven eight nine ten eleven twelve twenty",
)

# Whose these are is an organization.
POSTS = BUSINESS | listed(
    "sprecher sprecherin aufsichtsrat vorstand vorsitzender vorsitzende vorsitzenden mitarbeiter",
    "mitarbeitern mitarbeiterin beschaeftigte beschaeftigten kunden aktionaere tochter konkurrent",
    "fraktion fraktionsvorsitzende fraktionsvorsitzender abgeordnete zentrale aktie aktien filialen",
    "redakteur redakteurin reporter reporterin bericht berichts interview interviews informationen ausgabe",
    "spokesman spokeswoman spokesperson shares employees",
    "customers shareholders subsidiary analysts",
)

# "die Stadt Halle"
SETTLEMENTS = listed("stadt kreisstadt hansestadt gemeinde dorf ort ortsteil landkreis in nach town city")

# Before the name of a place these lead to it, or from it, as to nobody.
TO_PLACES = listed("nach in aus near on")

# Prepositions that hold an article.
FUSED = listed("beim zum vom im am ans ins")
# Where a noun has an article and a town has none.
WITH_ARTICLE = listed("das dem des") | FUSED

# What follows a name that opens an English sentence, where a plain noun would follow a plain word.
CARRYING_ON = FUNCTION_WORDS - listed("a an the its their his her your you to this that into of")
