using Criterion.Drivers;

namespace Criterion.Losses;

/// <summary>
/// Connectionist temporal classification: ℓ = −ln Σ_π Πₜ p_t(π_t) over all paths π of T steps that collapse to the target when repeats are
/// merged and blanks removed.
/// </summary>
/// <remarks>
/// The gradient by log-probabilities is the exact one: minus the share of the paths that pass through a class at a step. PyTorch adds the
/// probability, which gives the same after the log-softmax that both expect in front. A target that no path of T steps collapses to (T &lt;
/// S + repeats) has the loss +∞ and a gradient of 0, where PyTorch's is NaN;
/// <see cref="Forward(Tensor, Tensor, ReadOnlySpan{int}, ReadOnlySpan{int}, out int)"/> returns the number of such samples. Second
/// derivatives are computed by the recursion in tensor operations, which is slow. PyTorch equivalent: <c>torch.nn.CTCLoss</c>.
/// </remarks>
[Catalogue(
    LossFamily.Classification,
    Shapes = "log-probabilities [T, N, C] or [T, C], targets [N, S], [S] or all in one row, lengths [N] → scalar",
    Source = "Graves, Fernández, Gomez and Schmidhuber, Connectionist temporal classification, 2006",
    PyTorch = "torch.nn.CTCLoss",
    Alternatives = "CrossEntropyLoss where every step has its own label.")]
public sealed record CTCLoss : Loss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="blank">The class that represents no label. Default: 0.</param>
    /// <param name="zeroInfinity">Whether the loss of a sample without a valid path is 0 instead of +∞. Default: false.</param>
    /// <param name="reduction">
    /// How per-element losses are reduced; the mean first divides each by its target's length, at least 1. Default: Mean.
    /// </param>
    public CTCLoss(int blank = 0, bool zeroInfinity = false, Reduction reduction = Reduction.Mean)
        : base(reduction) => (Blank, ZeroInfinity) = (blank, zeroInfinity);

    /// <summary><inheritdoc cref="CTCLoss(int, bool, Reduction)" path="/param[@name='zeroInfinity']/node()"/></summary>
    public bool ZeroInfinity { get; init; }

    /// <summary><inheritdoc cref="CTCLoss(int, bool, Reduction)" path="/param[@name='blank']/node()"/></summary>
    public int Blank { get; init => field = Require.AtLeast(0, value, nameof(CTCLoss)); }

    /// <summary>Computes the loss of log-probabilities.</summary>
    /// <param name="logProbabilities">[T, N, C], or [T, C] for one sample: the output of a log-softmax along C.</param>
    /// <param name="targets">
    /// The labels, Int64: [N, S] with any padding; one row with the labels of all samples; or [S] for one sample.
    /// </param>
    /// <param name="inputLengths">The number of steps of each sample, at most T.</param>
    /// <param name="targetLengths">The number of labels of each sample; 0 is a sample of blanks.</param>
    /// <returns>A scalar, or one loss for each sample with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">Shapes or lengths do not match.</exception>
    /// <exception cref="LossException">A label is out of range or equals the blank, or the batch is empty.</exception>
    public Tensor Forward(Tensor logProbabilities, Tensor targets, ReadOnlySpan<int> inputLengths, ReadOnlySpan<int> targetLengths) =>
        Forward(logProbabilities, targets, inputLengths, targetLengths, out _);

    /// <inheritdoc cref="Forward(Tensor, Tensor, ReadOnlySpan{int}, ReadOnlySpan{int})"/>
    /// <param name="logProbabilities">[T, N, C], or [T, C] for one sample: the output of a log-softmax along C.</param>
    /// <param name="targets">
    /// The labels, Int64: [N, S] with any padding; one row with the labels of all samples; or [S] for one sample.
    /// </param>
    /// <param name="inputLengths">The number of steps of each sample, at most T.</param>
    /// <param name="targetLengths">The number of labels of each sample; 0 is a sample of blanks.</param>
    /// <param name="impossible">The number of samples without a valid path, whose loss is +∞, or 0 with <see cref="ZeroInfinity"/>.</param>
    public Tensor Forward(
        Tensor logProbabilities, Tensor targets, ReadOnlySpan<int> inputLengths, ReadOnlySpan<int> targetLengths, out int impossible)
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        ArgumentNullException.ThrowIfNull(targets);
        CheckShape(logProbabilities);
        bool isBatch = logProbabilities.Rank == 3;
        Tensor logs = (isBatch ? logProbabilities : logProbabilities.Unsqueeze(1)).Floating();
        CtcTargets labels = Labels(logs, targets, isBatch, inputLengths, targetLengths);
        impossible = 0;
        if (labels.Count == 0)
        {
            return ForEmpty(logProbabilities, 0) ?? Tensor.Zeros([0], logs.DType);
        }

        Tensor losses = CtcLosses.Of(logs, labels);
        Tensor isImpossible = losses.Detach().EqualTo(double.PositiveInfinity);
        impossible = (int)isImpossible.To(DType.Int64).Sum().Item();
        losses = ZeroInfinity ? losses.MaskedFill(isImpossible, 0) : losses;
        return Reduce(isBatch ? losses : losses.Squeeze(0), labels.Lengths);
    }

    /// <inheritdoc cref="Forward(Tensor, Tensor, ReadOnlySpan{int}, ReadOnlySpan{int})"/>
    public Tensor Forward(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths) =>
        Forward(logProbabilities, targets, inputLengths, targetLengths, out _);

    /// <inheritdoc cref="Forward(Tensor, Tensor, ReadOnlySpan{int}, ReadOnlySpan{int}, out int)"/>
    public Tensor Forward(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths, out int impossible) =>
        Forward(
            logProbabilities,
            targets,
            Lengths(inputLengths, nameof(inputLengths)),
            Lengths(targetLengths, nameof(targetLengths)),
            out impossible);

    /// <inheritdoc/>
    public override string ToLatex() => @"-\ln \sum_{\pi \in \mathcal{B}^{-1}(y)} \prod_t p_t\left(\pi_t\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new LossCurve("one label in three steps", "its logit in each step", -4, 4, static x =>
        {
            Tensor step = Tensor.Stack([Tensor.ZerosLike(x), x], 1).LogSoftmax(1);
            int[] ones = [.. Enumerable.Repeat(1, x.Count)];
            return new CTCLoss(reduction: Reduction.None).Forward(
                Tensor.Stack([step, step, step]), Tensor.Ones([x.Count, 1], DType.Int64), [.. ones.Select(static n => 3 * n)], ones);
        }),
    ];

    Tensor Reduce(Tensor losses, int[] lengths)
    {
        Tensor Lengths() => Tensor.From([.. lengths.Select(static length => (double)Math.Max(1, length))], losses.Shape).To(losses.DType);
        return Reduction switch
        {
            Reduction.None => losses,
            Reduction.Sum => losses.Sum(),
            _ => (losses / Lengths()).Mean(),
        };
    }

    void CheckShape(Tensor logs)
    {
        if (logs.Rank is not (2 or 3))
        {
            throw new ShapeException($"CTCLoss: log-probabilities are {logs.Shape}. Pass [T, N, C], or [T, C] for one sample.");
        }

        if (Blank >= logs.Shape[-1])
        {
            throw new LossException(
                $"CTCLoss: Blank = {Blank} is outside the {logs.Shape[-1]} classes of {logs.Shape}. Set Blank below {logs.Shape[-1]}.");
        }
    }

    CtcTargets Labels(Tensor logs, Tensor targets, bool isBatch, ReadOnlySpan<int> inputLengths, ReadOnlySpan<int> targetLengths)
    {
        int count = logs.Shape[1];
        if (inputLengths.Length != count || targetLengths.Length != count)
        {
            throw new ShapeException(
                $"CTCLoss: a batch of {count} has {inputLengths.Length} input lengths and {targetLengths.Length} target lengths. "
                + "Pass one of each for every sample.");
        }

        long[] labels = ValueChecks.ClassIndices(nameof(CTCLoss), targets, nameof(targets));
        int[] lengths = targetLengths.ToArray();
        CtcTargets result = new(labels, Starts(targets, isBatch, lengths), lengths, inputLengths.ToArray(), Blank);
        CheckLengths(result.InputLengths, logs.Shape[0], "input");
        for (int sample = 0; sample < count; sample++)
        {
            CheckLabels(labels.AsSpan(result.Starts[sample], lengths[sample]), result.Starts[sample], logs.Shape[2]);
        }

        return result;
    }

    static int[] Starts(Tensor targets, bool isBatch, int[] lengths)
    {
        bool isTable = targets.Rank == 2 && isBatch && targets.Shape[0] == lengths.Length;
        if (!isTable && targets.Rank != 1)
        {
            throw new ShapeException(
                $"CTCLoss: targets of {lengths.Length} sample(s) are {targets.Shape}. "
                + "Pass [N, S], or one row with the labels of all samples.");
        }

        CheckLengths(lengths, targets.Shape[-1], "target");
        if (!isTable && isBatch && lengths.Sum() != targets.Count)
        {
            throw new ShapeException(
                $"CTCLoss: the target lengths sum to {lengths.Sum()}, but there are {targets.Count} labels. "
                + "Pass lengths that sum to their number.");
        }

        int next = 0;
        return [.. lengths.Select((length, sample) => isTable ? sample * targets.Shape[1] : (next += length) - length)];
    }

    static void CheckLengths(int[] lengths, int most, string name)
    {
        int wrong = Array.FindIndex(lengths, length => length < 0 || length > most);
        if (wrong >= 0)
        {
            throw new ShapeException(
                $"CTCLoss: {name} length {lengths[wrong]} of sample {wrong} must be in [0, {most}]. Check the lengths and the padding.");
        }
    }

    void CheckLabels(ReadOnlySpan<long> labels, int start, int classes)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes || labels[i] == Blank)
            {
                throw new LossException(
                    $"CTCLoss: targets must be classes in [0, {classes}) other than Blank = {Blank}, but element {start + i} is "
                    + $"{labels[i]}.");
            }
        }
    }

    static int[] Lengths(Tensor lengths, string name)
    {
        ArgumentNullException.ThrowIfNull(lengths, name);
        return lengths.DType == DType.Int64
            ? [.. lengths.ToArray<long>().Select(static length => (int)Math.Clamp(length, int.MinValue, int.MaxValue))]
            : throw new DTypeException(
                $"CTCLoss: {name} must be of type Int64, but are {lengths.DType}. Convert them with .To(DType.Int64).");
    }
}
