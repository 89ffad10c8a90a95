using Criterion.Drivers;

namespace Criterion;

/// <summary>
/// Connectionist temporal classification: −ln of the probability of all paths that collapse to the labels. Value and gradient come from the
/// forward–backward recursion, higher derivatives from the forward recursion in tensor operations.
/// </summary>
internal static class CtcLosses
{
    // Replaces the logarithm of 0 where −∞ would cause 0 · ∞ in a gradient.
    const double LogOfZero = -1e30;

    /// <summary>
    /// Computes the loss of each sample, [N], from log-probabilities [T, N, C]; +∞ with a gradient of 0 where no path collapses to the
    /// labels.
    /// </summary>
    public static Tensor Of(Tensor logs, CtcTargets targets)
    {
        Tensor x = logs.Contiguous();
        Tensor values = Tensor.Empty([targets.Count], x.DType);
        Tensor? gradient = Autograd.FusedGradient(x);
        CtcDriver.Run(x.Elements, x.Shape[2], targets, values.Elements, gradient?.Elements ?? default);
        Tensor impossible = values.EqualTo(double.PositiveInfinity);
        return Autograd.Record(
            "ctc",
            values,
            [x],
            (X: x, Targets: targets, Impossible: impossible, Gradient: gradient),
            [x],
            static (g, of) => Autograd.Enabled
                ? Autograd.Compose([of.X], () => Composed(of.X, of.Targets).MaskedFill(of.Impossible, 0), g)
                : [of.Gradient! * g.Reshape(1, -1, 1)]);
    }

    /// <summary>
    /// Computes the forward recursion over the batch; the result for a sample without a path is an arbitrary large number.
    /// </summary>
    static Tensor Composed(Tensor logs, CtcTargets targets)
    {
        int places = Enumerable.Range(0, targets.Count).Max(targets.Places);
        Tensor labels = Table(
            targets, places, (sample, place) => place < targets.Places(sample) ? targets.Label(sample, place) : targets.Blank);
        Tensor maySkip = Table(
            targets, places, (sample, place) => place < targets.Places(sample) && targets.MaySkip(sample, place) ? 1 : 0);
        Tensor alpha = Emissions(logs, 0, labels).MaskedFill(Table(targets, places, (_, place) => place < 2 ? 0 : 1), LogOfZero);
        for (int step = 1; step < logs.Shape[0]; step++)
        {
            Tensor overBlank = Delayed(alpha, 2).MaskedFill(maySkip.Not(), LogOfZero);
            Tensor next = Tensor.Stack([alpha, Delayed(alpha, 1), overBlank]).LogSumExp(0) + Emissions(logs, step, labels);
            int now = step;
            Tensor runs = Tensor.From([.. targets.InputLengths.Select(length => length > now ? 1L : 0)], [targets.Count, 1]);
            alpha = Tensor.Where(runs, next, alpha);
        }

        Tensor last = Tensor.From(
            [.. Enumerable.Range(0, targets.Count).Select(sample => targets.Places(sample) - 1L)], [targets.Count, 1]);
        Tensor atBlank = alpha.Gather(1, last);
        Tensor atLabel = alpha.Gather(1, Tensor.Maximum(last - 1, Tensor.Scalar(0, DType.Int64))).MaskedFill(last.EqualTo(0), LogOfZero);
        Tensor losses = -Tensor.Cat([atBlank, atLabel], 1).LogSumExp(1);
        return losses.MaskedFill(Tensor.From([.. targets.InputLengths.Select(static length => length == 0)]), 0);
    }

    static Tensor Emissions(Tensor logs, int step, Tensor labels)
    {
        Tensor row = logs[step].Gather(1, labels);
        return row.MaskedFill(row.Detach().EqualTo(double.NegativeInfinity), LogOfZero);
    }

    static Tensor Delayed(Tensor alpha, int places) => alpha.Shape[1] <= places
        ? Tensor.FullLike(alpha, LogOfZero)
        : Tensor.Cat([Tensor.Full([alpha.Shape[0], places], LogOfZero, alpha.DType), alpha.Slice(1, 0, alpha.Shape[1] - places)], 1);

    static Tensor Table(CtcTargets targets, int places, Func<int, int, long> value) => Tensor.From(
        [.. Enumerable.Range(0, targets.Count).SelectMany(sample => Enumerable.Range(0, places).Select(place => value(sample, place)))],
        [targets.Count, places]);
}
