using System.Globalization;
using System.Text.Json;

namespace Criterion.Tests.Formulas;

/// <summary>A point of <c>golden/extremes.json</c> with the exact value, gradient and Hessian of a function there.</summary>
/// <param name="X">The arguments.</param>
/// <param name="Value">The value.</param>
/// <param name="Gradient">The derivative by each argument.</param>
/// <param name="Hessian">The second derivatives, row by row.</param>
public sealed record ExtremePoint(double[] X, double Value, double[] Gradient, double[] Hessian)
{
    /// <summary>How much the value changes when the arguments change by one part in one.</summary>
    public double Condition => X.Zip(Gradient, static (x, g) => Product(x, g)).Sum();

    /// <summary>The same of a derivative.</summary>
    public double ConditionOf(int i) => X.Select((x, j) => Product(x, Hessian[(i * X.Length) + j])).Sum();

    /// <summary>The points of a function in one type.</summary>
    public static ExtremePoint[] Of(string op, DType type)
    {
        JsonElement cases = Cases.Value.RootElement.GetProperty("cases");
        string name = type == DType.Float32 ? "float32" : "float64";
        JsonElement found = cases.EnumerateArray().Single(
            c => c.GetProperty("op").GetString() == op && c.GetProperty("type").GetString() == name);
        return [.. found.GetProperty("points").EnumerateArray().Select(static point => new ExtremePoint(
            Numbers(point[0]), Number(point[1]), Numbers(point[2]), Numbers(point[3])))];
    }

    /// <summary>The functions that the file has.</summary>
    public static string[] Names() =>
        [.. Cases.Value.RootElement.GetProperty("cases").EnumerateArray().Select(static c => c.GetProperty("op").GetString()!).Distinct()];

    static readonly Lazy<JsonDocument> Cases = new(static () =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "extremes.json"))));

    static double Product(double x, double slope) => slope == 0 || x == 0 ? 0 : Math.Abs(x * slope);

    static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(Number)];

    static double Number(JsonElement text) => text.GetString() switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        string number => double.Parse(number, CultureInfo.InvariantCulture),
        null => throw new NotSupportedException("a number is null"),
    };
}
