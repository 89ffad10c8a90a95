using System.Text.Json;
using System.Text.Json.Serialization;

namespace Criterion.Samples.Browser;

/// <summary>An option of a loss.</summary>
/// <param name="Name">The name, such as <c>delta</c>.</param>
/// <param name="Kind">number, flag or choice.</param>
/// <param name="Initial">The default, as text.</param>
/// <param name="Choices">The values of a choice.</param>
internal sealed record OptionInfo(string Name, string Kind, string Initial, string[] Choices);

/// <summary>A loss of the list.</summary>
internal sealed record LossInfo(string Name, string Family, string Source, string Alternatives, IReadOnlyList<OptionInfo> Options);

/// <summary>Value, gradient and curvature at evenly spaced points; numbers that are not finite are null.</summary>
internal sealed record PlottedCurve(string Name, string Axis, double?[] X, double?[] Value, double?[] Gradient, double?[] Curvature);

/// <summary>The curves of a loss and its formula, or an error.</summary>
internal sealed record LossPlot(IReadOnlyList<PlottedCurve> Curves, IReadOnlyList<string> Formula, string? Error);

/// <summary>Points of a GAN, x and y in turn, and its losses.</summary>
internal sealed record GanPicture(
    int Step, double DiscriminatorLoss, double GeneratorLoss, int Modes, double MillisecondsPerStep, float[] Real, float[] Generated);

/// <summary>The JSON that the page reads, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<LossInfo>))]
[JsonSerializable(typeof(LossPlot))]
[JsonSerializable(typeof(GanPicture))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class PageJson : JsonSerializerContext;
