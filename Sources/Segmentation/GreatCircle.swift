import Foundation

extension Nearness {
  /// The great-circle distance from the point, by the haversine formula, which is exact enough for near
  /// points and stable for far ones.
  func distanceInKilometres(latitude other: Double, longitude otherLongitude: Double) -> Double {
    let radians = Double.pi / 180
    let (first, second) = (latitude * radians, other * radians)
    let sineOfLatitude = sin((second - first) / 2)
    let sineOfLongitude = sin((otherLongitude - longitude) * radians / 2)
    let haversine =
      sineOfLatitude * sineOfLatitude + cos(first) * cos(second) * sineOfLongitude * sineOfLongitude
    return 2 * Self.earthRadiusInKilometres * asin(min(1, haversine.squareRoot()))
  }
}
