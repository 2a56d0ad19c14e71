/// `near`: within a great-circle distance of a point.
public struct Nearness: Sendable, Hashable {
  /// The point's latitude in degrees, −90 to 90.
  public let latitude: Double
  /// The point's longitude in degrees, −180 to 180.
  public let longitude: Double
  /// The greatest distance, itself included, in km.
  public let radiusInKilometres: Double
  /// The attributes that hold a member's latitude and longitude.
  public let fields: [String]

  /// The Earth's mean radius, (2 a + b) / 3 of the ellipsoid GRS 80.
  ///
  /// Source: H. Moritz, "Geodetic Reference System 1980" (2000, doi 10.1007/s001900050278).
  public static let earthRadiusInKilometres = 6371.0087714
}

/// `bucket`: a stable random part of all members.
///
/// A member's place is the number of the first 8 hexadecimal digits of MD5 of `salt:member_id`, over 2³².
public struct MemberBucket: Sendable, Hashable {
  /// What makes one split unlike another.
  public let salt: String
  /// The least place, itself included.
  public let from: Double
  /// The place before which members are in, itself not included.
  public let to: Double
}
