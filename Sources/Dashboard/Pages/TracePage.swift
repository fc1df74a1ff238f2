import Report

/// Hands a trace over to Perfetto in the reader's own browser, which sends it nowhere.
struct TracePage {
    var run: String
    /// The try's folder, below the run's directory.
    var folder: String

    func html() throws -> String {
        let body = try PageTemplate(Self.template).text([
            "file": Address.traceFile(run, folder: folder), "title": "\(run) \(folder)",
        ])
        return try PageFrame(
            title: "Trace of \(folder)", heading: "Trace", lead: folder,
            links: [.run(run), SiteLink(name: "Files", href: Address.file(run, folder + "/"))], body: body,
            script: Self.script
        ).html()
    }

    private static let template = #"""
        <p class="bar-of-actions"><button id="hand-over" data-file="{{file}}" data-title="{{title}}" hidden>Open in Perfetto</button> <a href="{{file}}" download="trace.json">Download trace.json</a></p>
        <p id="state" role="status"></p>
        <noscript><p>Without a script: download the file, and open it in <a href="https://ui.perfetto.dev" rel="noopener noreferrer">ui.perfetto.dev</a> by “Open trace file”.</p></noscript>
        <p class="note">The button opens ui.perfetto.dev in another window, and passes the trace from this window to that one inside your browser. Nothing is sent to a server. Your browser has to reach ui.perfetto.dev; if it does not, download the file for a Perfetto of your own.</p>
        """#

    /// Perfetto answers a PING as soon as it can take a trace.
    static let script = #"""
        (() => {
        "use strict";
        const perfetto = "https://ui.perfetto.dev";
        const button = document.getElementById("hand-over");
        const state = document.getElementById("state");
        const say = text => { state.textContent = text; };
        button.hidden = false;
        button.addEventListener("click", async () => {
          const other = window.open(perfetto);
          if (!other) { say("The browser did not let this page open a window."); return; }
          button.disabled = true;
          say("Making the trace, and waiting for Perfetto…");
          let isListening = false;
          let answer = null;
          const listens = new Promise((resolve, reject) => {
            answer = event => {
              if (event.origin === perfetto && event.source === other && event.data === "PONG") resolve();
            };
            addEventListener("message", answer);
            const timer = setInterval(() => {
              if (isListening) { clearInterval(timer); return; }
              if (other.closed) { clearInterval(timer); reject(new Error("Perfetto's window was closed")); return; }
              other.postMessage("PING", perfetto);
            }, 200);
            setTimeout(() => { clearInterval(timer); reject(new Error("Perfetto did not answer within a minute")); }, 60000);
          });
          try {
            const [response] = await Promise.all([fetch(button.dataset.file), listens]);
            isListening = true;
            if (!response.ok) throw new Error("the trace could not be made; the download says why");
            const buffer = await response.arrayBuffer();
            other.postMessage({perfetto: {buffer, title: button.dataset.title, keepApiOpen: false}}, perfetto, [buffer]);
            say("Handed over.");
          } catch (error) {
            say("It did not work: " + error.message + ".");
          } finally {
            isListening = true;
            removeEventListener("message", answer);
            button.disabled = false;
          }
        });
        })();
        """#
}
