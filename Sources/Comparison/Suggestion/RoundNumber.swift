import Foundation

/// The number in (low, high] that is shortest to write: the one whose last digit stands farthest left,
/// a 5 there before others, and of several the one nearest to the middle.
///
/// - Parameters:
///   - low: The lower end, not included.
///   - high: The upper end, included.
///   - preferred: Numbers that are taken before all others where one of them is in between, the first
///     ones first: of days, weeks and months.
/// - Returns: The number.
/// - Precondition: `low` < `high`, both finite.
func roundNumber(above low: Double, through high: Double, preferred: [Double] = []) -> Double {
  precondition(low < high, "there is no number between")
  if let number = preferred.first(where: { $0 > low && $0 <= high }) { return number }
  if low < 0, high >= 0 { return 0 }
  let largest = max(abs(low), abs(high))
  var exponent = Int(log10(largest).rounded(.up)) + 1
  while exponent > -20 {
    for digit in [10.0, 5, 1] {
      if let number = multiple(of: digit, exponent - 1, above: low, through: high) {
        return number
      }
    }
    exponent -= 1
  }
  return high
}

/// The multiple of digit · 10^exponent in (low, high] that is nearest to their middle.
private func multiple(
  of digit: Double, _ exponent: Int, above low: Double, through high: Double
) -> Double? {
  // Dividing by a whole power of ten is exact to half a unit, so that 0.3 is written as 0.3.
  let power = pow(10, Double(abs(exponent)))
  func number(_ count: Double) -> Double {
    exponent < 0 ? count * digit / power : count * digit * power
  }
  let step = number(1)
  guard step > 0, step.isFinite else { return nil }
  let middle = low / 2 + high / 2
  let nearest = (middle / step).rounded()
  for count in [nearest, nearest + 1, nearest - 1] {
    let candidate = number(count)
    if candidate > low, candidate <= high { return candidate }
  }
  return nil
}
