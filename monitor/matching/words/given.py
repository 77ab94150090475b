"""Which words are given names? A few hundred of the most usual in German and English news.

Written for this project, from general knowledge; folded spelling.
"""

from monitor.matching.words import listed

GIVEN_NAMES = listed(
    "aaron abdul achim adam adrian ahmed alan albert alejandro alex alexander alexandra alexej alfred",
    "ali alice alicia alina amanda amelia amy ana anders andre andrea andreas andrew andrzej andy",
    "angela angelika anita anja anke ann anna annalena anne annegret annette annika anthony anton",
    "antonio ariane armin arne arnold arthur astrid audrey axel barack barbara bastian beate beatrice",
    "ben benedikt benjamin bernd bernhard bernie bernadette bettina beth bianca birgit bjoern boris",
    "brad brandon brian brigitte britta bruce bruno camilla carl carla carlos carmen carol carola",
    "caroline carsten casey catherine cecilia chad charles charlotte chelsea cheryl chris christa",
    "christian christiane christina christine christoph christopher chuck claire clara claudia claus",
    "clemens colin connie constanze cornelia craig cynthia dagmar daisy dan daniel daniela daniele",
    "darren dave david dean deborah denis dennis derek detlef diana diane dieter dietmar dirk dominic",
    "dominik don donald doris dorothea doug douglas duncan dustin eberhard eckart ed eddie edgar",
    "edith eduard edward egon elena eli elias elisabeth elise elizabeth elke ella ellen elon emanuel",
    "emil emily emma emmanuel enrico eric erich erik erika ernst erwin esther eva evelyn fabian felix",
    "ferdinand finn fiona florian francesca francesco francis franz franziska fred frederik friedrich",
    "friederike fritz gabriel gabriele gary gavin geoffrey georg george gerald gerd gerda gerhard",
    "gert gianni giorgia giovanni gisela gloria gordon grace graham greg gregor gregory greta guido",
    "gudrun gunnar guenter guenther gustav hannah hannelore hannes hans harald harold harry heather",
    "hedwig heidi heike heiko heiner heinrich heinz helen helena helga helmut hendrik henning henrik",
    "henry herbert hermann hilary hildegard hillary holger horst howard hubert hugo ian igor ilse ina",
    "inga inge ingo ingrid ioannis irene iris isabel isabella ivan ivo jack jackie jacob jakob james",
    "jamie jan jana jane janet janine jared jason javier jean jeanette jeff jeffrey jennifer jenny",
    "jens jeremy jerome jessica jill jim jimmy jo joachim joan joanna joe joel joern joerg johan",
    "johanna johannes john johnny jon jonas jonathan jordan jorge jose josef joseph joshua juan",
    "juergen judith julia julian juliane julie julius justin jutta kai kamala karen karin karl karla",
    "karoline karsten katarina kate katharina katherine kathleen kathrin kathy katja katrin keith",
    "kelly ken kenneth kerstin kevin kim kirsten klara klaus knut konrad konstantin kristin kurt kyle",
    "lara larry lars laura lauren laurent lea lena leo leon leonard leonie leslie liam lilly linda",
    "lindsey lisa liz lorenz lothar louis louise luca lucas lucia ludwig luis luise lukas lutz lydia",
    "maggie magnus maike malte manfred manuel manuela marc marcel marcus marco margaret margarete",
    "maria marianne marie marina mario marion marius marjorie markus marlene marta martha martin",
    "martina mary mathias matt matteo matthew matthias max maximilian maya megan mehmet melanie",
    "melissa michael michaela michel michelle miguel mike mirjam mitch mohamed mohammed monica monika",
    "moritz muhammad nadine nancy natalie nathan neil nicholas nick nicola nicolas nicole niels nikki",
    "niklas nikolai nils nina noah nora norbert olaf ole oleg oliver olivia oscar oskar otto pablo",
    "pamela pascal pat patricia patrick paul paula pedro peggy peter petra phil philip philipp pia",
    "pierre rachel rainer ralf ralph ramona randy raphael raymond rebecca regina reiner reinhard",
    "reinhold renate ricarda richard rick rita robert roberto robin rodney roger roland rolf roman",
    "ron ronald ronny rosa roy rudolf rudi rupert ruth ryan sabine sabrina sally sam samantha samuel",
    "sandra sara sarah sascha scott sean sebastian sergei sergej sharon sheila siegfried sigmar",
    "sigrid silke silvia simon simone sofia sonja sophia sophie stacy stefan stefanie steffen stella",
    "stephan stephanie stephen steve steven stuart sue susan susanne svenja sven sybille sylvia",
    "tamara tanja tara ted teresa terry thea theo theodor theresa thomas thorsten tim timo tina",
    "tobias todd tom tommy tony torsten tyler udo ulla ulrich ulrike ursula ute uwe valentin vanessa",
    "vera verena veronika victor victoria viktor viktoria vincent viola virginia vivian volker",
    "volodymyr waldemar walter wanda wendy werner wilfried wilhelm willi william willy winfried",
    "wladimir wolfgang wolfram xavier yvonne zoe",
)

# Given names that are ordinary words too: where they open a sentence they say nothing.
ALSO_WORDS = listed(
    "art bill bob chase dick drew faith frank gene grant grace hope jack joy lance mark may melody",
    "pat rob rose summer sunny will wolf ernst",
)

# Usual surnames, to tell double names (Müller-Meier) from compounds (Müller-Rede).
SURNAMES = listed(
    "albrecht anderson bauer baumann beck becker berger bergmann boehm brandt brown busch davis dietrich",
    "engel fischer fuchs garcia gross guenther haas hahn hansen harris hartmann heinrich herrmann",
    "hoffmann hofmann huber jackson jansen johnson jones jung kaiser keller klein koch koehler koenig",
    "kraemer kraus krause krueger kuhn lang lange lehmann lopez ludwig maier martin martinez mayer meier",
    "meyer miller moore mueller neumann otto peters pfeiffer pohl richter roth sauer schaefer scherer",
    "schmid schmidt schmitt schmitz schneider scholz schreiber schroeder schubert schulte schulz schulze",
    "schumacher schuster schwarz seidel simon smith sommer stein taylor thomas thompson vogel vogt",
    "wagner walter weber weiss werner white williams wilson winkler winter wolf wolff ziegler zimmermann",
)
