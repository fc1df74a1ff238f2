import Hypervisor

/// What a node runs on, and why.
struct AcceleratorChoice: Sendable {
    var accelerator: Accelerator
    var reason: String
}
