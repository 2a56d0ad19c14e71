import Engagement
import EventLog

@testable import Segmentation

/// All that a project says: positions, the text of the file and the written texts of leaves are left out,
/// and nothing else, fields of types to come included.
func content(of project: ProjectFile) -> String {
  var lines: [String] = []
  for child in Mirror(reflecting: project).children {
    switch child.label {
    case "text"?, "aliasPositions"?, "weightPositions"?, "scorePositions"?: break
    // In the order of the file, which scores, a dictionary, do not keep.
    case "pointNames"?: lines.append(project.pointNames.map(\.name).sorted().description)
    case "featureNames"?:
      let aliases = project.settings.aliases.keys
      let features = project.featureNames.map { FeatureDefinition($0.name, aliases: aliases) }
      lines.append(features.map(\.description).sorted().description)
    default: lines.append("\(child.label ?? ""): \(describe(child.value))")
    }
  }
  return lines.joined(separator: "\n")
}

private func describe(_ value: Any) -> String {
  switch value {
  case let text as String: return text.debugDescription
  case let duration as ExactDuration: return "\(duration.microseconds)us"
  case let pattern as RegularExpression: return "/\(pattern.pattern)/\(pattern.foldsCase)"
  case let clock as Clock: return "\(clock.zoneName) \(clock.weekStart)"
  default: break
  }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .dictionary?:
    let entries = mirror.children.map { child in
      Mirror(reflecting: child.value).children.map { describe($0.value) }.joined(separator: ": ")
    }
    return "{" + entries.sorted().joined(separator: ", ") + "}"
  case .set?: return "{" + mirror.children.map { describe($0.value) }.sorted().joined() + "}"
  case nil: return "\(value)"
  default:
    let parts = mirror.children.filter {
      !["position", "written", "memberLines"].contains($0.label ?? "")
    }.map { "\($0.label ?? "")=\(describe($0.value))" }
    let name = mirror.displayStyle == .enum && parts.isEmpty ? "\(value)" : ""
    return name + "(" + parts.joined(separator: ", ") + ")"
  }
}
