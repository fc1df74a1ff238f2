import Commands
import Hypervisor
import Support

@main
enum Main {
    static func main() async {
        if let status = HypervisorHelper.serveIfAsked(CommandLine.arguments) { exit(status) }
        await PopcornLab.start()
    }
}
