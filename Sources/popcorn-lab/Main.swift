import Commands
import Hypervisor

@main
enum Main {
    static func main() async {
        HypervisorHelper.serveIfAsked(CommandLine.arguments)
        await PopcornLab.start()
    }
}
