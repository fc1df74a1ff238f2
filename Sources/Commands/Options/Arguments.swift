import ArgumentParser
import Hypervisor
import Topology

extension AcceleratorRequest: ExpressibleByArgument {}
extension TimeSpan: ExpressibleByArgument {}
