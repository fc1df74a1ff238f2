/// The texts that pages are made of; see the other files of this directory.
package enum PageParts {
    static let page = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{{policy}}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the results</a>
        {{#site}}{{{.}}}{{/site}}
        <header>
        <h1><code>{{suite}}</code> <strong class="verdict {{kind}}">{{verdict}}</strong></h1>
        <p class="sentence">{{sentence}}</p>
        <dl class="facts">
        <div><dt>Run</dt><dd><code>{{run}}</code></dd></div>
        <div><dt>Began</dt><dd><code>{{began}}</code></dd></div>
        <div><dt>Took</dt><dd>{{took}}</dd></div>
        <div><dt>Boots</dt><dd>{{boots}}</dd></div>
        {{#tasks}}
        <div><dt>Cluster</dt><dd>{{.}}</dd></div>
        {{/tasks}}
        <div><dt>Seed</dt><dd><code>{{seed}}</code></dd></div>
        <div><dt>Suite</dt><dd><code>{{file}}</code></dd></div>
        <div><dt>popcorn-lab</dt><dd><code>{{version}}</code></dd></div>
        </dl>
        <nav aria-label="Sections"><ul>
        {{#nav}}
        <li><a href="#{{id}}">{{title}}{{#count}} <span class="count">{{.}}</span>{{/count}}</a></li>
        {{/nav}}
        </ul></nav>
        </header>
        <main id="main">
        {{#sections}}
        <section id="{{id}}" aria-labelledby="h-{{id}}">
        <h2 id="h-{{id}}">{{title}}</h2>
        {{{body}}}
        </section>
        {{/sections}}
        </main>
        <script>{{{script}}}</script>
        </body>
        </html>

        """#
}
