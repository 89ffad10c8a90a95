namespace Criterion.Tests.Golden;

/// <summary>Every tensor operation against PyTorch: value, first and second derivatives, and the value in float32.</summary>
public class OperationGoldenTests
{
    const string ScaleReason = "Criterion resizes to a size; a scale factor that does not give that size exactly cannot be said.";

    /// <summary>What Criterion does otherwise on purpose.</summary>
    static readonly Dictionary<(string Op, string Name), string> Skipped = new()
    {
        [("squeeze", "1x3x1x2_dim_1")] = "Squeeze of a dim whose size is not 1 throws; PyTorch leaves it.",
        [("interpolate", "nearest_5x5_scale_1.7_0.7")] = ScaleReason,
        [("interpolate", "bilinear_5x5_scale_1.7_0.7")] = ScaleReason,
    };

    public static IEnumerable<TheoryDataRow<string, string, string>> Cases() =>
        from file in TorchOperations.Files.Keys
        from c in GoldenFile.Cases(file)
        select new TheoryDataRow<string, string, string>(file, c.Op, c.Name)
        {
            TestDisplayName = $"{c.Op} {c.Name}",
            Skip = Skipped.GetValueOrDefault((c.Op, c.Name)),
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_PyTorch(string file, string op, string name)
    {
        GoldenCase golden = GoldenFile.Find(file, op, name);
        Assert.True(TorchOperations.Files[file].TryGetValue(op, out TorchOperations.Call? call),
            $"add '{op}' to {nameof(TorchOperations)}.cs");
        Tensor Function(Tensor[] x) => call(golden.Args, x);

        GoldenAssert.Matches(golden, Function);
        GoldenAssert.SingleMatches(golden, Function);
        if (golden.Tensor("indices") is { } indices)
        {
            Assert.Equal(indices.ToArray<long>(), TorchOperations.Indices[op](golden.Args, golden.Inputs()).ToArray<long>());
        }
    }

    [Fact]
    public void Every_skipped_case_exists()
    {
        HashSet<(string, string)> known = [.. TorchOperations.Files.Keys.SelectMany(GoldenFile.Cases).Select(static c => (c.Op, c.Name))];
        Assert.Subset(known, Skipped.Keys.ToHashSet());
    }
}
