import CLinux
import Commands
import Hypervisor
import Support

@main
enum Main {
    static func main() async {
        linux_prepare_process()
        HypervisorHelper.serveIfAsked(ProcessArguments.all)
        await PopcornLab.start()
    }
}
