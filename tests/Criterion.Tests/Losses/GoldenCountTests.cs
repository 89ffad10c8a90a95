using System.Reflection;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>Every loss that PyTorch has is compared with it in enough cases.</summary>
public class GoldenCountTests
{
    const int Fewest = 20;
    const string Prefix = "torch.nn.";

    static readonly string[] Files = ["regression", "classification", "softmax", "ctc", "embedding"];

    public static TheoryData<string> Twins =>
    [
        .. from type in typeof(ICriterion).Assembly.GetTypes()
           let twin = type.GetCustomAttribute<CatalogueAttribute>()?.PyTorch ?? ""
           where twin.StartsWith(Prefix, StringComparison.Ordinal)
           select twin[Prefix.Length..].Split(' ')[0] into name
           group name by name into names
           select names.Key,
    ];

    [Theory]
    [MemberData(nameof(Twins))]
    public void A_loss_that_PyTorch_has_is_compared_in_20_cases(string twin)
    {
        int cases = Files.SelectMany(GoldenFile.Cases).Count(
            golden => golden.Op.Replace("_", "", StringComparison.Ordinal).Equals(twin, StringComparison.OrdinalIgnoreCase));
        Assert.True(cases >= Fewest, $"{twin}: there are {cases} golden cases, and there should be {Fewest}; see tests/golden/README.md.");
    }
}
