using Criterion.Losses;
using Criterion.Memory;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Tests.Repository;

namespace Criterion.Tests.Memory;

/// <summary>The page docs/memory.md: its code, and the words that it shares with the source.</summary>
public class MemoryPageTests
{
    static readonly string Page = RepositoryRoot.Read("docs", "memory.md");

    public static TheoryData<string> States => [.. Enum.GetNames<StorageState>()];

    [Fact]
    public void A_loss_that_is_kept_outlives_its_step()
    {
        Linear model = new(2, 1, random: new RandomStream(1));
        SGD optimizer = new(model.Parameters(), 0.1);
        Tensor input = Tensor.Randn([16, 2], random: new RandomStream(2));
        Tensor target = input.Sum(1, keepDim: true);
        Tensor[] losses = [.. Enumerable.Range(0, 50).Select(_ => Train(model, optimizer, input, target))];
        Assert.InRange(losses[^1].Item(), 0, losses[0].Item() / 10);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Every_state_is_in_the_diagram(string state)
    {
        string diagram = Page.Split("```mermaid")[1].Split("```")[0];
        Assert.Matches($@"--> {state}:", diagram);
    }

    [Fact]
    public void Every_verb_of_a_storage_is_in_the_table()
    {
        string[] verbs =
        [
            .. typeof(Storage).GetMethods()
                .Where(static method => method is { IsSpecialName: false } && method.DeclaringType == typeof(Storage))
                .Select(static method => method.Name).Distinct().Except([nameof(Storage.DescribeRelease)]),
        ];
        Assert.Equal(6, verbs.Length);
        Assert.All(verbs, static verb => Assert.Contains($"| `{verb}` |", Page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ReleaseCause.ScopeEnded, "its TensorScope ended")]
    [InlineData(ReleaseCause.ModuleReturned, "that read it had returned")]
    [InlineData(ReleaseCause.GradientsComputed, "the last one that reads it")]
    [InlineData(ReleaseCause.GradientPassedOn, "an intermediate gradient")]
    [InlineData(ReleaseCause.Unknown, "was released. Call scope.Keep(tensor)")]
    internal void Every_cause_is_in_the_table_of_errors(ReleaseCause cause, string text)
    {
        ReleaseHistory history = default;
        history.Add(cause, null);
        Assert.Contains(text, history.Describe(1), StringComparison.Ordinal);
        Assert.Contains(text, Page.Split("## Errors")[1].Split("## Rules")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_sixteen_causes_are_remembered()
    {
        ReleaseHistory history = default;
        history.Add(ReleaseCause.ModuleReturned, typeof(Linear));
        for (int i = 0; i < 15; i++)
        {
            history.Add(ReleaseCause.ScopeEnded, null);
        }

        Assert.Contains("had returned", history.Describe(16), StringComparison.Ordinal);
        history.Add(ReleaseCause.ScopeEnded, null);
        Assert.Contains("was released. Call", history.Describe(17), StringComparison.Ordinal);
    }

    static Tensor Train(Module model, Optimizer optimizer, Tensor input, Tensor target)
    {
        using TensorScope scope = new();
        Tensor output = model.Forward(input);
        Tensor loss = new MSELoss().Forward(output, target);
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
        return scope.Keep(loss);
    }
}
