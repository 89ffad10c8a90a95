using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The state of <see cref="LeCamPenalty"/>: running means of the discriminator's logits, to save in a checkpoint by
/// <see cref="StatefulNumbers"/>.
/// </summary>
public sealed record LeCamState
{
    /// <summary>Initializes the state.</summary>
    /// <param name="real">The running mean of logits of real images.</param>
    /// <param name="fake">The running mean of logits of generated images.</param>
    /// <param name="steps">The number of batches.</param>
    public LeCamState(double real = 0, double fake = 0, long steps = 0) => (Real, Fake, Steps) = (real, fake, steps);

    /// <summary><inheritdoc cref="LeCamState(double, double, long)" path="/param[@name='real']/node()"/></summary>
    public double Real { get; init; }

    /// <summary><inheritdoc cref="LeCamState(double, double, long)" path="/param[@name='fake']/node()"/></summary>
    public double Fake { get; init; }

    /// <summary><inheritdoc cref="LeCamState(double, double, long)" path="/param[@name='steps']/node()"/></summary>
    public long Steps { get; init; }
}

/// <summary>
/// LeCam penalty: pulls the logits of each kind to the running mean of the other, weight · (E[(r − α_F)²] + E[(f − α_R)²]), for training on
/// few images.
/// </summary>
/// <remarks>
/// Part of the discriminator's loss. The means α are state that the caller passes to <see cref="Update"/> and keeps; the first batch sets
/// them. They count as constants. Start once training has stabilized: the authors wait for a number of steps.
/// </remarks>
[Catalogue(
    LossFamily.Penalty,
    Name = "lecam",
    Shapes = "real, fake logits of any shape, state → scalar",
    Source = "Tseng et al., Regularizing generative adversarial networks under limited data, 2021, equation 6",
    Alternatives = "ConsistencyPenalty uses augmented images for the same purpose; DriftPenalty pulls scores to 0.")]
public sealed record LeCamPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">λ; must be 0 or more. 0.3 in the authors' setting for small data. Default: 0.3.</param>
    /// <param name="decay">The share of the running means that one step keeps, in [0, 1]. Default: 0.99.</param>
    /// <param name="rectified">
    /// Whether only logits beyond the other kind's mean are penalized, [r − α_F]₊² and [α_R − f]₊², as in the authors' code. Default:
    /// false.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
    public LeCamPenalty(double weight = 0.3, double decay = 0.99, bool rectified = false)
        : base(weight) => (Decay, Rectified) = (decay, rectified);

    /// <summary><inheritdoc cref="LeCamPenalty(double, double, bool)" path="/param[@name='rectified']/node()"/></summary>
    public bool Rectified { get; init; }

    /// <summary><inheritdoc cref="LeCamPenalty(double, double, bool)" path="/param[@name='decay']/node()"/></summary>
    public double Decay { get; init => field = Require.InUnitInterval(value, nameof(LeCamPenalty)); }

    /// <summary>Computes the penalty of logits.</summary>
    /// <param name="real">The discriminator's logits of real images, of any shape.</param>
    /// <param name="fake">The discriminator's logits of generated images, detached from the generator.</param>
    /// <param name="state">The running means of at least one batch.</param>
    /// <exception cref="LossException">A batch is empty, or the state has no means.</exception>
    public Tensor Forward(Tensor real, Tensor fake, LeCamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Check(real, fake);
        return state.Steps > 0
            ? TensorFormula.Sum(RealTerm(state.Fake), real, Weight / real.Count) + TensorFormula.Sum(
                FakeTerm(state.Real), fake, Weight / fake.Count)
            : throw new LossException("LeCamPenalty: the state has no running means. Call Update first.");
    }

    /// <summary>Returns the state after one more batch.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="real">The discriminator's logits of real images.</param>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <exception cref="LossException">A batch is empty.</exception>
    public LeCamState Update(LeCamState state, Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(state);
        Check(real, fake);
        double keep = state.Steps == 0 ? 0 : Decay;
        return new(RunningMean(state.Real, real, keep), RunningMean(state.Fake, fake, keep), state.Steps + 1);
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"{LatexFactor(Weight)}\left(\mathbb{{E}}\left[{RealTerm(0).Text("r", @"\alpha_F")}\right]"
        + $@" + \mathbb{{E}}\left[{FakeTerm(0).Text("f", @"\alpha_R")}\right]\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("real, mean of fake = −1", "logit", -4, 4, x => TensorFormula.Map(RealTerm(-1), x) * Weight),
        new("fake, mean of real = 1", "logit", -4, 4, x => TensorFormula.Map(FakeTerm(1), x) * Weight),
    ];

    SquaredDistanceToMean RealTerm(double anchor) => new(anchor, Rectified, above: true);

    SquaredDistanceToMean FakeTerm(double anchor) => new(anchor, Rectified, above: false);

    static double RunningMean(double mean, Tensor logits, double keep) => (keep * mean) + ((1 - keep) * logits.Detach().Mean().Item());

    static void Check(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Count == 0 || fake.Count == 0)
        {
            throw new LossException($"LeCamPenalty: real {real.Shape} or fake {fake.Shape} is empty. Skip empty batches.");
        }
    }

    /// <summary>(x − mean)², or only its half above or below the mean.</summary>
    readonly struct SquaredDistanceToMean(double anchor, Flag rectified, Flag above) : IUnaryFormula
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T> => From(x, T.Const(anchor));

        public string Text(string x, string name) => From(new Latex(x), new Latex(name)).ToString();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T From<T>(T x, T mean)
            where T : struct, IReal<T>
        {
            T beyond = above ? x - mean : mean - x;
            T distance = rectified ? T.Max(T.Zero, beyond) : beyond;
            return distance * distance;
        }
    }
}
