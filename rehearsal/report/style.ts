/** The page's whole style: no font, picture or script comes from anywhere else. */
export const style = `
:root{color-scheme:light dark;--paper:#ffffff;--card:#f6f8f7;--ink:#15211b;--soft:#54625b;--line:#d8dfdb;
--good:#14724a;--good-paper:#e3f4ea;--bad:#b3261e;--bad-paper:#fdeceb;--open:#7a5300;--open-paper:#fdf3dc;
--c-text:#15211b;--c-soft:#54625b;--c-line:#d8dfdb;--c-band:#eef2f0;--c-bandBad:#fbdedb;--c-threshold:#b3261e;
--c-blue:#2f6fbf;--c-areaBlue0:#1d4f91;--c-areaBlue1:#2f6fbf;--c-green:#1f8a5b;--c-areaGreen0:#14724a;--c-areaGreen1:#1c8154;--c-nobody:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#101613;--card:#18211c;--ink:#eaf0ec;--soft:#a5b3ab;--line:#2e3a34;
--good:#6fd3a0;--good-paper:#12301f;--bad:#ff9a92;--bad-paper:#3a1614;--open:#f0c674;--open-paper:#33270c;
--c-text:#eaf0ec;--c-soft:#a5b3ab;--c-line:#2e3a34;--c-band:#1a2420;--c-bandBad:#43201d;--c-threshold:#ff9a92;
--c-blue:#5b95dc;--c-areaBlue0:#3567ab;--c-areaBlue1:#24508c;--c-green:#3da873;--c-areaGreen0:#23794f;--c-areaGreen1:#175c3a;--c-nobody:#ff9a92}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:70rem;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:clamp(1.5rem,1.1rem + 1.9vw,2.2rem);line-height:1.2;letter-spacing:-.015em;margin:.5rem 0 .35rem;text-wrap:balance}
h2{font-size:1.2rem;letter-spacing:-.005em;margin:2.4rem 0 .5rem}
p{margin:.3rem 0;max-width:46rem}
.kicker{display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center;color:var(--soft);font-size:.875rem;max-width:none}
.soft{color:var(--soft)}
.badge{display:inline-block;border-radius:1rem;padding:.1rem .65rem;font-weight:600;font-size:.8125rem;white-space:nowrap}
.good{background:var(--good-paper);color:var(--good)}.bad{background:var(--bad-paper);color:var(--bad)}.open{background:var(--open-paper);color:var(--open)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1.4rem 0 0;padding:0}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .85rem}
.figures dt{color:var(--soft);font-size:.8125rem;line-height:1.3}
.figures dd{margin:.15rem 0 0;font-size:1.35rem;font-weight:650;letter-spacing:-.01em;line-height:1.25;font-variant-numeric:tabular-nums}
.figures dd small{display:block;font-size:.78rem;font-weight:400;letter-spacing:0;color:var(--soft)}
figure{margin:1.1rem 0 0}
figcaption{font-size:.875rem;color:var(--soft);display:flex;flex-wrap:wrap;gap:.15rem .9rem;align-items:center}
figcaption b{color:var(--ink);font-weight:600}
.key{display:inline-flex;align-items:center;gap:.35rem;white-space:nowrap}
.key i{width:.75rem;height:.75rem;border-radius:.2rem;display:inline-block}
.key i.dash{height:0;border-radius:0;border-top:2px dashed var(--c-threshold);width:1.1rem}
.chart svg{display:block;width:100%;height:auto}
.chart .narrow{display:none}
table{border-collapse:collapse;width:100%;table-layout:fixed;margin-top:.7rem;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .7rem .5rem 0;border-bottom:1px solid var(--line)}
thead th{font-size:.8125rem;font-weight:600;color:var(--soft)}
tbody th{font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.n{color:var(--soft);font-weight:400;font-variant-numeric:tabular-nums}
ol.verdicts{list-style:none;margin:.7rem 0 0;padding:0;display:grid;gap:.6rem}
ol.verdicts li{border:1px solid var(--line);border-radius:.6rem;padding:.6rem .85rem}
ol.verdicts li p{max-width:none}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.1rem;margin:.7rem 0 0;font-size:.9rem}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
footer{margin-top:2.6rem;border-top:1px solid var(--line);padding-top:.8rem;color:var(--soft);font-size:.8125rem}
@media screen and (max-width:56rem){
table.cards col,table.cards colgroup{display:none}
table.cards,table.cards tbody,table.cards tr,table.cards th,table.cards td{display:block;width:auto}
table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards tr{border:1px solid var(--line);border-radius:.6rem;padding:.6rem .85rem;margin-top:.6rem}
table.cards th,table.cards td{border:0;padding:.1rem 0;text-align:left}
table.cards td[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-size:.8125rem}
}
@media screen and (max-width:43rem){
body{padding:1rem 1rem 2rem}
.figures{grid-template-columns:1fr 1fr}
.figures dd{font-size:1.15rem}
.chart .wide{display:none}.chart .narrow{display:block}
dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.45rem}
}
@media print{
@page{size:A4;margin:11mm}
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--good:#0c5a38;--good-paper:#fff;--bad:#9c1f18;--bad-paper:#fff;--open:#5c3f00;--open-paper:#fff;
--c-text:#000;--c-soft:#444;--c-line:#ccc;--c-band:#f0f0f0;--c-bandBad:#fbdedb;--c-threshold:#9c1f18;
--c-blue:#2f6fbf;--c-areaBlue0:#1d4f91;--c-areaBlue1:#2f6fbf;--c-green:#1f8a5b;--c-areaGreen0:#14724a;--c-areaGreen1:#1c8154;--c-nobody:#9c1f18}
html{font-size:8.4pt}
body{max-width:none;padding:0;line-height:1.38}
h1{font-size:17pt}h2{font-size:11.5pt;margin:5mm 0 1mm;break-after:avoid}
.figures{grid-template-columns:repeat(6,1fr);gap:2mm;margin-top:3mm}.figures div{padding:1.6mm 2.4mm}.figures dd{font-size:11.5pt}.figures dd small{font-size:7.5pt}
figure{margin-top:2.5mm;break-inside:avoid}
.chart .wide{display:block}.chart .narrow{display:none}
table{font-size:7.4pt;line-height:1.3;margin-top:1mm}th,td{padding:.8mm 2mm .8mm 0}
tr,ol.verdicts li,.figures div{break-inside:avoid}thead{display:table-header-group}
ol.verdicts{gap:1.5mm}ol.verdicts li{padding:1.2mm 2.4mm}ol.verdicts{font-size:7.4pt;line-height:1.3}dl.facts{font-size:7.4pt;gap:.3mm 4mm}
.badge{border:1px solid currentColor;padding:0 1.2mm;font-size:6.5pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;
