namespace Criterion.Tests.Threads;

/// <summary>A scope or mode that could end on another thread than it began on does not compile.</summary>
public class CompilerRefusalTests
{
    public static TheoryData<string> Guards =>
    [
        "new TensorScope()", "TensorScope.Suspend()", "Autograd.NoGrad()", "Autograd.EnableGrad()", "BatchCoupling.Refuse(\"Because.\")",
        "BatchCoupling.Allow()",
    ];

    [Theory]
    [MemberData(nameof(Guards))]
    public void Held_across_an_await(string guard) =>
        Assert.Equal(["CS4007", "CS4007", "CS4007"], Snippet.Errors($$"""
            async Task Block() { using ({{guard}}) { await Task.Yield(); } }
            async Task Local() { using var held = {{guard}}; await Task.Yield(); }
            async Task Later() { var held = {{guard}}; await Task.Yield(); held.Dispose(); }
            """));

    [Theory]
    [MemberData(nameof(Guards))]
    public void Held_across_a_yield(string guard) =>
        Assert.Equal(["CS4007", "CS4007"], Snippet.Errors($$"""
            IEnumerable<int> Block() { using ({{guard}}) { yield return 1; } }
            async IAsyncEnumerable<int> Local() { using var held = {{guard}}; await Task.Yield(); yield return 1; }
            """));

    [Theory]
    [MemberData(nameof(Guards))]
    public void Captured_or_boxed(string guard) =>
        Assert.Equal(["CS0029", "CS9108"], Snippet.Errors($$"""
            void Capture() { var held = {{guard}}; Task.Run(() => held.Dispose()); }
            void Box() { IDisposable held = {{guard}}; }
            """).Select(static id => id == "CS8175" ? "CS9108" : id).Order());

    [Theory]
    [InlineData("TensorScope")]
    [InlineData("TensorScope.Suspension")]
    [InlineData("Autograd.GradMode")]
    [InlineData("BatchCoupling.Restriction")]
    public void Stored(string type) =>
        Assert.Equal(["CS0611", "CS8345", "CS9244"], Snippet.Errors($"{type} _field; {type}[]? _array; List<{type}>? _list;").Order());

    [Theory]
    [MemberData(nameof(Guards))]
    public void Between_awaits_and_between_yields_it_compiles(string guard) =>
        Assert.Empty(Snippet.Errors($$"""
            async Task Await() { await Task.Yield(); using ({{guard}}) { Tensor.Ones([1]); } await Task.Yield(); }
            IEnumerable<int> Yield() { yield return 1; using ({{guard}}) { Tensor.Ones([1]); } yield return 2; }
            void Local() { using var held = {{guard}}; Tensor.Ones([1]); }
            """));
}
