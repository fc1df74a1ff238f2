import Glibc

/// log(n!)
func logFactorial(_ number: Int) -> Double {
    let (logarithm, _): (Double, Int) = lgamma(Double(number) + 1)
    return logarithm
}
