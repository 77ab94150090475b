"""How a report looks: light and dark, on a phone, on a desk and on paper."""

STYLE = """
:root{--ground:#f6f5f1;--card:#fff;--ink:#1d2125;--soft:#5d666e;--line:#dcd9d1;--accent:#1f5fa8;--mark:#ffe58a;
--good:#1d7444;--bad:#b3261e;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--card:#1d2226;--ink:#e8e6e1;--soft:#a0a9b1;
--line:#343b41;--accent:#7fb4f0;--mark:#6b5510;--good:#6fcf97;--bad:#ff8a80;--warn:#f2b84b}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
.kicker{margin:0;color:var(--accent);font-weight:600;font-size:.85rem;letter-spacing:.06em;text-transform:uppercase}
h1{margin:0;font-size:2rem;line-height:1.2}
h2{margin:2.5rem 0 .25rem;font-size:1.3rem}
h3{margin:.1rem 0 .6rem;font-size:1.08rem;line-height:1.35}
a{color:inherit;text-decoration-color:var(--accent);text-underline-offset:.18em}
a:hover{color:var(--accent)}
.lede,.note,.none,footer{color:var(--soft)}
.lede{margin:.25rem 0 1.5rem}
.note{margin:0 0 .75rem;font-size:.92rem}
footer{padding-top:2.5rem;padding-bottom:2.5rem;font-size:.85rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:0}
.figures>div,figure,.alert,table{background:var(--card);border:1px solid var(--line);border-radius:10px}
.figures>div{padding:.7rem .9rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0;display:contents}
dd b{order:2;font-size:1.75rem;line-height:1.15;font-variant-numeric:tabular-nums}
dd span{order:-1;color:var(--soft);font-size:.8rem}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:.75rem;margin-top:.75rem}
figure{margin:0;padding:.7rem .9rem}
figcaption{display:flex;justify-content:space-between;gap:1rem;margin-bottom:.5rem}
figcaption span,.axis{color:var(--soft);font-size:.85rem}
.bars{display:block;width:100%;height:3.5rem;fill:var(--accent)}
.bars line{stroke:var(--line)}
.axis{display:flex;justify-content:space-between;gap:.5rem;margin:.3rem 0 0;font-size:.75rem}
.axis span:nth-child(2){text-align:center}
.axis span:last-child{text-align:right}
.alert{padding:.9rem 1.1rem;margin:.75rem 0;border-left:4px solid var(--accent);break-inside:avoid}
.alert.high{border-left-color:var(--bad)}
.alert.low{border-left-color:var(--line)}
.meta,.came{margin:0;color:var(--soft);font-size:.85rem}
.came{margin-top:.8rem;padding-top:.6rem;border-top:1px solid var(--line)}
.match p{margin:.6rem 0 .3rem}
.tag{border:1px solid var(--line);border-radius:1rem;padding:.05rem .55rem;font-size:.8rem}
.sure{color:var(--soft);font-size:.85rem}
blockquote{margin:0;padding-left:.8rem;border-left:2px solid var(--line)}
mark{background:var(--mark);color:inherit;border-radius:3px;padding:0 .12em}
.why{margin:.4rem 0 0;padding:0;list-style:none;font-size:.85rem;color:var(--soft)}
.why li{padding-left:1.2rem;text-indent:-1.2rem}
.why li::before{display:inline-block;width:1.2rem;text-indent:0;content:"\\00b7";font-weight:700}
.why .for::before{content:"+";color:var(--good)}
.why .against::before{content:"\\2212";color:var(--bad)}
.why i{font-style:normal;font-variant-numeric:tabular-nums}
details{font-size:.85rem;color:var(--soft);margin-top:.2rem}
summary{cursor:pointer;width:max-content}
.state{white-space:normal}
.state.ok,.state.delivered{color:var(--good)}
.state.failing,.state.dead,.state.gone,.state.disabled{color:var(--bad);font-weight:600}
.state.degraded,.state.stale,.state.pending,.state.paused{color:var(--warn)}
table{width:100%;border-collapse:separate;border-spacing:0;font-size:.92rem;margin-top:.75rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem}
th{color:var(--soft);font-weight:500;font-size:.82rem}
tbody td{border-top:1px solid var(--line)}
td{font-variant-numeric:tabular-nums}
td .more{display:block;color:var(--soft);font-size:.85em}
code{font-size:.85em}
@media (max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td{display:block}
tr{padding:.5rem 0}
tr+tr{border-top:1px solid var(--line)}
tbody td{border:0;padding:.1rem .9rem;display:grid;grid-template-columns:7rem minmax(0,1fr);gap:.5rem}
td::before{content:attr(data-label);color:var(--soft);font-size:.82rem}
td:empty,td:empty::before{display:none}
td .more{grid-column:2}
.figures>div:last-child:nth-child(odd){grid-column:1/-1}
.alert{padding:.8rem .9rem}
}
@media print{
:root{--ground:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--accent:#1f5fa8;--mark:#ffe58a;--good:#1d7444;
--bad:#b3261e;--warn:#8a5a00}
body{font-size:11pt}
header{padding-top:0}
mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.bars{print-color-adjust:exact;-webkit-print-color-adjust:exact}
figure,tr{break-inside:avoid}
h2{break-after:avoid}
}
"""
