using Criterion.Memory;
using Criterion.Tests.Fuzz;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Memory;

/// <summary>
/// Random sequences of tensors, views, scopes, graphs, modules and threads agree with a model of docs/memory.md: every tensor has its
/// values, or names what released it. Red zones hold for the whole process, so these tests run alone.
/// </summary>
[Collection(nameof(FuzzCollection))]
public class MemoryModelTests(ITestOutputHelper output)
{
    const int Steps = 250;

    [Fact]
    public void Ten_thousand_steps_agree_with_the_model() => Run(0, 40);

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void A_million_steps_agree_with_the_model() => Run(40, 4000);

    /// <summary>Half of the scripts run with red zones, which never reuse memory; the others with a pool that reuses it at once.</summary>
    void Run(int first, int count)
    {
        using SteppedThread other = new();
        Dictionary<string, int> counts = [];
        (int exact, int all) = (0, 0);
        for (int seed = first; seed < first + count; seed++)
        {
            MemoryScript script = new(seed, other);
            using RedZones? zones = seed % 2 == 0 ? RedZones.Open() : null;
            script.Run(Steps);
            Assert.Empty(zones?.Check() ?? []);
            (exact, all) = (exact + script.Named.Exact, all + script.Named.All);
            foreach ((string what, int times) in script.Model.Counts)
            {
                counts[what] = counts.GetValueOrDefault(what) + times;
            }
        }

        output.WriteLine($"{string.Join(", ", counts.OrderBy(static pair => pair.Key))}; {exact} of {all} errors name the cause");
        Assert.Equal(
            [
                "GradientPassedOn", "GradientsComputed", "ModuleReturned", "ScopeEnded", "activation", "gradient added in place",
                "gradient cleared in a scope", "gradient copied", "gradient taken over", "kept",
            ],
            counts.Keys.Order(StringComparer.Ordinal));
        Assert.True(exact > 0.9 * all, $"{exact} of {all} errors name the cause");
    }
}
