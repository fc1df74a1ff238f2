extension PageParts {
    /// Every colour has a sign or a word beside it; lines of data are monospaced.
    package static let style = #"""
        :root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--link:#0550ae;
        --failed:#b3261e;--passed:#1a7f37;--not-judged:#8a5a00;--flaky:#7a3ec8;--not-run:#57606a;--slower:#8a5a00;--bar:#4c9a62}
        @media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9da7b3;--line:#30363d;--panel:#161b22;
        --link:#79b8ff;--failed:#ff8a80;--passed:#56d364;--not-judged:#e3b341;--flaky:#c9a2ff;--not-run:#9da7b3;
        --slower:#e3b341;--bar:#2f7d45}}
        *{box-sizing:border-box}
        html{scroll-padding-top:.5rem}
        body{margin:0 auto;max-width:1240px;padding:0 20px 60px;background:var(--bg);color:var(--fg);
        font:14px/1.45 system-ui,sans-serif}
        code,pre,.n,tbody th,.matrix,.figures td,.meta,svg{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:12.5px}
        code,pre{unicode-bidi:isolate;overflow-wrap:anywhere}
        td code,td,tbody th{overflow-wrap:break-word}
        .life{color:var(--fg);font-family:system-ui,sans-serif}
        a{color:var(--link);text-decoration:none}
        a:hover{text-decoration:underline}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px}
        .site{margin:8px 0 0}.site ul{border:0;margin:0;padding:2px 0}
        .skip{position:absolute;left:-999px}
        .skip:focus{left:8px;top:8px;background:var(--bg);padding:4px 8px}
        .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        h1{font-size:20px;margin:18px 0 2px;overflow-wrap:anywhere}
        h1 code{font-size:20px}
        h2{font-size:16px;margin:34px 0 8px;padding-bottom:3px;border-bottom:1px solid var(--line)}
        h3{font-size:13px;margin:0;overflow-wrap:anywhere}
        h3 a{color:inherit}
        p{margin:4px 0}
        .verdict{margin-left:.5em;padding:0 .5em;border:2px solid}
        .sentence{font-size:15px}
        .facts{display:flex;flex-wrap:wrap;gap:2px 22px;margin:8px 0}
        .facts div{display:flex;gap:6px;align-items:baseline}
        dt,.meta,.note,.size,caption,figcaption,summary,.count,.sums{color:var(--soft)}
        dd{margin:0;overflow-wrap:anywhere}
        nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:10px 0 0;padding:6px 0;
        border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
        .failed{color:var(--failed)}.passed{color:var(--passed)}.not-judged{color:var(--not-judged)}
        .flaky{color:var(--flaky)}.not-run{color:var(--not-run)}.slower{color:var(--slower)}
        .mark{white-space:nowrap}
        table{border-collapse:collapse;margin:6px 0 12px}
        .wide{width:100%}
        caption,figcaption{text-align:left;padding:2px 0;overflow-wrap:anywhere}
        th,td{text-align:left;vertical-align:baseline;padding:2px 14px 2px 0;border-bottom:1px solid var(--line)}
        thead th,thead th.n{font:600 12px system-ui,sans-serif;color:var(--soft);white-space:nowrap}
        tbody th{font-weight:400}
        .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        .figures td,.figures tbody th{vertical-align:middle}
        .cases{table-layout:fixed}
        .cases th:nth-child(1){width:44%;overflow-wrap:anywhere}.cases th:nth-child(2){width:20ch}.cases th:nth-child(3){width:12ch}
        .cases td{font-size:12.5px}
        .cases td:nth-child(2){white-space:nowrap}
        tbody .part{font:600 13px system-ui,sans-serif;padding-top:10px}
        .differs{background:var(--panel)}
        .matrix th,.matrix td{white-space:nowrap;padding-right:20px}
        .scroll{overflow-x:auto;position:relative}
        .scroll>.wide{min-width:780px}
        thead th.n{width:1%}
        article.case{color:inherit;margin:0 0 16px;padding:6px 0 6px 12px;border-left:3px solid var(--line)}
        article.failed{border-color:var(--failed)}article.flaky{border-color:var(--flaky)}
        article.not-judged{border-color:var(--not-judged)}
        :target{background:var(--panel)}
        .head{overflow-wrap:anywhere}
        .tag{font:600 11px system-ui,sans-serif;color:var(--soft);border:1px solid var(--line);padding:0 4px}
        .problem{margin:6px 0 2px}
        pre{margin:2px 0 6px;padding:6px 8px;background:var(--panel);white-space:pre-wrap;line-height:1.35}
        summary{cursor:pointer}
        .try>:not(summary){margin-left:1.1em}
        .files{display:inline-block;margin:0 14px 0 0}
        .group>summary{padding:3px 0}
        .group>.scroll{margin-left:1.1em}
        figure{margin:0 0 18px}
        svg{display:block;max-width:none}
        svg text{fill:var(--soft);font-size:11px}
        .tick{text-anchor:middle}.value{text-anchor:end}
        .grid{stroke:var(--line);fill:none}
        .stay{fill:var(--panel);stroke:var(--line)}
        .boot{fill:url(#hatch);stroke:var(--soft)}
        .hatch{stroke:var(--soft);fill:none}
        .bar{stroke:none}
        .bar.passed{fill:var(--bar)}.bar.failed{fill:var(--failed)}.bar.flaky{fill:var(--flaky)}
        .bar.not-judged{fill:var(--bg);stroke:var(--not-judged);stroke-width:1.5}
        .strip circle{fill:var(--link);fill-opacity:.55}
        .strip path{fill:none;stroke:var(--link)}
        .strip .thick{stroke-width:5;stroke-opacity:.55}.strip .median{stroke:var(--fg);stroke-width:1.5}
        .miss{stroke:var(--failed);stroke-width:1.5;fill:none}
        .series{fill:none;stroke:var(--link);stroke-width:1.5}
        .spread{fill:none;stroke:var(--link);stroke-opacity:.5;stroke-width:2}
        .point{fill:var(--link)}.point.unlike{fill:var(--bg);stroke:var(--soft)}
        .baseline{fill:none;stroke:var(--passed);stroke-dasharray:6 4}
        path.change{fill:none;stroke:var(--slower);stroke-width:1.5;stroke-dasharray:2 3}
        svg text.change{fill:var(--slower);font-weight:600}
        .filter{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:4px 0 8px}
        .filter input,.filter select{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);padding:2px 6px}
        .filter input{width:32ch;max-width:100%}
        @media(max-width:640px){body{padding:0 10px 40px}article.case{padding-left:8px}.group>.scroll{margin-left:0}}
        @media print{nav,.filter,.skip{display:none}body{max-width:none}}
        """#

    /// Only comfort: the page is whole without it.
    static let script = #"""
        (() => {
        "use strict";
        const reveal = () => {
          const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
          const closed = target?.closest("details:not([open])");
          if (closed) { closed.open = true; target.scrollIntoView(); }
        };
        addEventListener("hashchange", reveal);
        reveal();
        const list = document.getElementById("cases");
        if (!list) return;
        const form = document.createElement("div");
        form.className = "filter";
        form.setAttribute("role", "search");
        const input = document.createElement("input");
        input.type = "search";
        input.id = "filter";
        const label = document.createElement("label");
        label.htmlFor = "filter";
        label.textContent = "Show cases with";
        const state = document.createElement("span");
        state.setAttribute("role", "status");
        form.append(label, input, state);
        list.querySelector("h2").after(form);
        const groups = [...list.querySelectorAll("details.group")];
        const wereOpen = groups.map(group => group.open);
        let rows = null;
        let timer = 0;
        const apply = () => {
          const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
          rows ??= groups.map(group => [...group.querySelectorAll("tbody tr")].map(row => [row, row.textContent.toLowerCase()]));
          let count = 0;
          groups.forEach((group, index) => {
            let shown = 0;
            for (const [row, text] of rows[index]) {
              const fits = words.every(word => text.includes(word));
              row.hidden = !fits;
              if (fits) shown++;
            }
            group.hidden = shown === 0;
            group.open = words.length ? shown > 0 && shown <= 500 : wereOpen[index];
            count += shown;
          });
          state.textContent = words.length ? count + " cases" : "";
        };
        input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
        })();
        """#
}
