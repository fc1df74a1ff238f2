import ArgumentParser
import Hypervisor
import Regression
import Topology

extension AcceleratorRequest: ExpressibleByArgument {}
extension TimeSpan: ExpressibleByArgument {}
extension RetentionSpan: ExpressibleByArgument {}
extension DiskSize: ExpressibleByArgument {}
