using System.Diagnostics;
using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Formulas;

/// <summary>The way from a public call to the vector loop stays short enough to read.</summary>
public class CallDepthTests
{
    const int MostCalls = 10;

    static readonly List<string> Frames = [];

    [Fact]
    public void A_loss_reaches_its_loop_in_ten_calls()
    {
        Tensor x = Tensor.Ones([64]);
        x.RequiresGrad = true;
        Call(x);
        string[] calls =
            [.. Frames.SkipWhile(static frame => frame == nameof(Probe.Value)).TakeWhile(static frame => frame != nameof(Call))];
        Assert.Equal("Gradients", calls[0]);

        // Once Forward is optimized, its last call replaces its frame.
        Assert.Contains(calls[^1], (string[])["Forward", "Evaluate"]);
        Assert.True(calls.Length - 1 <= MostCalls, string.Join(" ← ", calls));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Tensor Call(Tensor x) => new ProbeLoss().Forward(x, Tensor.Zeros([64]));

    public readonly struct Probe : IBinaryFormula
    {
        // Never inlined, so that its callers can be read from the stack.
        [MethodImpl(MethodImplOptions.NoInlining)]
        public T Value<T>(T x, T y)
            where T : struct, IReal<T>
        {
            if (Frames.Count == 0)
            {
                Frames.AddRange(new StackTrace().GetFrames().Select(static frame => frame.GetMethod()!.Name.Split('.')[^1]));
            }

            return x - y;
        }
    }

    sealed record ProbeLoss() : PointwiseLoss(Reduction.Mean)
    {
        protected internal override BinaryFormula Formula => BinaryFormula.From(default(Probe));
    }
}
