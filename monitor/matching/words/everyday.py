"""Which names are ordinary words or well-known places too?

Written for this project, from general knowledge; folded spelling.
"""

from monitor.matching.words import listed

GERMAN_WORDS = listed(
    "adler anker arena atlas aufbau bahn bau berg bild blick boot bruecke brot buch bund bus chance",
    "dach dampf delta diamant dom eis elan engel erde erfolg falke familie fakt fakten feld fenster",
    "feuer fisch fokus forum frau freiheit freund freunde funk galerie garten gas geld gewinn glas",
    "glanz gold golf grund gut hafen halle hammer handel haus heim heimat held herz himmel hof holz",
    "horizont hotel insel jaeger joker kaiser kamera kanal kapital karte keller kern kirche klub",
    "koenig kompass konsum kraft kraemer kreis kreuz krone kugel kunst land leben leder leo licht",
    "liebe linde linie linke loewe loft lotse luft macht mann markt maus meer metall meta meter mini",
    "mond morgen motor muehle nebel netz nova oase ofen ort osten park pflug pilot planet platz polo",
    "post puma rad radio rat rahmen raum regen ring riese ritter rose ruf saat salz sand schall",
    "schatz scheibe schiff schild schloss schule see seite sieg signal sommer sonne spiegel spiel",
    "sport stadt stahl star stern steuer strom sturm stueck tag tal tank tat team thema tiger ton tor",
    "tour traum treffpunkt turm uhr union ufer ursprung vater visum volk vorwaerts waage wagen wahl",
    "wald wasser weg weide wein weiss welle welt werk wert wind winter wirtschaft woche wolf wolke",
    "wunder zeit zeitung zentrum ziel zirkel zoll zug zukunft koch weber lang klein",
    "gross schwarz braun vogel stein januar februar maerz april mai juni juli august september oktober",
    "november dezember montag dienstag mittwoch donnerstag freitag samstag sonntag unternehmen firma",
    "konzern konzerns gruppe tochter tochtergesellschaft gesellschaft anbieter airline bank verein",
    "partei regierung verlag sender agentur hersteller betreiber haendler versicherung behoerde",
    "essen orange alphabet ministerium marke herbst fruehling koerper fest geschaeft betrieb kunde",
)
ENGLISH_WORDS = listed(
    "abbey access ace adobe aim air alarm alliance alpha amber anchor angel apex apple arc arch arrow",
    "ash aspect atlas aurora axis band bank base beacon bear bell best bill bird block blue board",
    "bolt bond boost box brave breeze bridge bright bullet bus button cable canopy canvas capital",
    "carbon cardinal caterpillar chain champion chance charter chase chip circle citizen clear clever",
    "cloud club coach coal cobalt compass concord condor coral core cosmos crest crown crystal",
    "current dash dawn delta diamond discord discover dove dragon dream drive eagle earth echo edge",
    "element ember emerald engine epic equity essence eve ever exact express extra falcon fast",
    "fidelity first flash flex focus force forge fortune fox frontier fusion galaxy gap garden gem",
    "general genesis gold golf grace grand graphite green grid grove guardian harbor harvest haven",
    "hawk heart hello hero home honor horizon hub icon ideal impact indeed insight iron island ivory",
    "jet joy key kind kite lake lark leader leap legend level liberty life light lime link lion live",
    "logic loop lotus lucid lunar magic magnet main major maple mark market marvel mask matrix may",
    "mercury merit meta mint mirror mobile mobility moderna momentum monster moon motion mountain",
    "national native nest network nickel noble north nova novel oak ocean office olive omega onyx",
    "open optimum option oracle orange orbit origin outlook owl oxygen pace palm panther paper path",
    "peak pearl phoenix pilot pine pinnacle pioneer pivot plaid planet platinum plus point polo post",
    "power premier press prime prism progress progressive prospect pulse pure quest radius rain range",
    "raven ray reach red reliance relay ridge ring rise river robin rock rocket root rose round route",
    "royal ruby sage sail salt sand sapphire scale scout sea seal select sense shell shift shine",
    "signal silver skill sky slack smart snap snow solar solid sonic south spark spirit splash sport",
    "spring sprint square stable stage standard star state steel step stone storm stream stride",
    "strong stripe summit sun sunrise supreme surge swift switch target team tempo tide tiger time",
    "titan toast torch total touch tower trace track trade trail transit travelers tree trend tribune",
    "trident triumph trust twin union unity uber valley value vector venture vertex view vine vision",
    "vista visa vital voice volt wave way west whale wheel wind wing wish wolf wonder work world",
    "young zen zero zone zoom",
)
PLACES = listed(
    "aachen afrika aegypten alabama alaska amazonas amerika amsterdam arizona asien athen augsburg",
    "australien baden bayern belgien berlin bern bielefeld bochum bonn boston brandenburg brasilien",
    "bremen bremerhaven bristol brooklyn bruessel budapest california cambridge chemnitz chicago",
    "china colorado columbia dallas darmstadt delaware denver detroit deutschland dortmund dresden",
    "dubai dublin duesseldorf duisburg england erfurt essen europa europe flensburg florida frankfurt",
    "frankreich freiburg genf georgia germany graz halle hamburg hannover heidelberg hessen houston",
    "indien indiana iran irland israel istanbul italien jamaica japan jena jordan kanada kansas",
    "karlsruhe kassel kiel kiew koblenz koeln kopenhagen leipzig lincoln london los-angeles luebeck",
    "luxemburg lyon madrid magdeburg mailand mainz mannheim manhattan marburg memphis mexiko miami",
    "moskau montana muenchen muenster nevada niedersachsen norwegen nuernberg oesterreich oldenburg",
    "oslo oxford panama paris phoenix polen portland potsdam prag regensburg rom rostock russland",
    "saarland sachsen salzburg schweden schweiz seattle siegen singapur spanien stuttgart sydney",
    "texas thueringen tokio trier tuerkei ukraine ulm ungarn utah victoria virginia warschau",
    "washington weimar wien wiesbaden wolfsburg wuerzburg zuerich mars venus jupiter neptun neptune uranus",
)

PLANETS = listed("merkur venus erde mond mars jupiter saturn uranus neptun pluto sonne")

# Lands by their letters.
COUNTRIES = listed("us usa uk gb ddr brd udssr uae vae")
