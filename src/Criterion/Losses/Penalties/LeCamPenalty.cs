using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// The state of <see cref="LeCamPenalty"/>: running means of the discriminator's logits. Plain numbers: save them with a checkpoint.
/// </summary>
/// <param name="Real">The running mean of logits of real images.</param>
/// <param name="Fake">The running mean of logits of generated images.</param>
/// <param name="Steps">How many batches they have seen.</param>
public sealed record LeCamState(double Real = 0, double Fake = 0, long Steps = 0);

/// <summary>
/// Anchors each kind of logit at the running mean of the other: weight · (E[(r − α_F)²] + E[(f − α_R)²]), for training on few images.
/// </summary>
/// <remarks>
/// The discriminator's penalty. The means α are a state that goes in and comes out of <see cref="Update"/>; the first batch sets them. They
/// count as constants. Begin once training has settled: the authors wait for a number of steps.
/// </remarks>
/// <param name="Weight">λ, 0.3 in the authors' setting for small data.</param>
/// <param name="Decay">How much of the running means one step keeps, in [0, 1].</param>
/// <param name="Rectified">Whether only logits beyond the other kind's mean cost something, [r − α_F]₊² and [α_R − f]₊², as in the authors' code.</param>
/// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1].</exception>
[Catalogue(
    LossFamily.Penalty,
    Name = "lecam",
    Shapes = "real, fake logits of any shape, state → scalar",
    Source = "Tseng et al., Regularizing generative adversarial networks under limited data, 2021, equation 6",
    Alternatives = "ConsistencyPenalty uses augmented images for the same end; DriftPenalty anchors at 0.")]
public sealed record LeCamPenalty(double Weight = 0.3, double Decay = 0.99, bool Rectified = false) : Penalty(Weight)
{
    /// <inheritdoc cref="LeCamPenalty(double, double, bool)"/>
    public double Decay { get; init => field = Require.InUnitInterval(value, nameof(LeCamPenalty)); } = Require.InUnitInterval(Decay, nameof(LeCamPenalty));

    /// <summary>The penalty of logits.</summary>
    /// <param name="real">The discriminator's logits of real images, of any shape.</param>
    /// <param name="fake">Its logits of generated images, detached from the generator.</param>
    /// <param name="state">The running means, which have seen a batch at least.</param>
    /// <exception cref="LossException">There are no logits, or no means yet.</exception>
    public Tensor Forward(Tensor real, Tensor fake, LeCamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Check(real, fake);
        return state.Steps > 0
            ? TensorFormula.Sum(OfReal(state.Fake), real, Weight / real.Count) + TensorFormula.Sum(OfFake(state.Real), fake, Weight / fake.Count)
            : throw new LossException("LeCamPenalty: the state has seen no logits, and there is nothing to anchor at. Call Update first.");
    }

    /// <summary>The state after one more batch.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="real">The discriminator's logits of real images.</param>
    /// <param name="fake">Its logits of generated images.</param>
    /// <exception cref="LossException">There are no logits.</exception>
    public LeCamState Update(LeCamState state, Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(state);
        Check(real, fake);
        double keep = state.Steps == 0 ? 0 : Decay;
        return new(Towards(state.Real, real, keep), Towards(state.Fake, fake, keep), state.Steps + 1);
    }

    /// <inheritdoc/>
    public override string ToLatex() =>
        $@"{LatexFactor(Weight)}\left(\mathbb{{E}}\left[{OfReal(0).Text("r", @"\alpha_F")}\right] + \mathbb{{E}}\left[{OfFake(0).Text("f", @"\alpha_R")}\right]\right)";

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        new("real, mean of fake = −1", "logit", -4, 4, x => TensorFormula.Map(OfReal(-1), x) * Weight),
        new("fake, mean of real = 1", "logit", -4, 4, x => TensorFormula.Map(OfFake(1), x) * Weight),
    ];

    Anchored OfReal(double anchor) => new(anchor, Rectified, above: true);

    Anchored OfFake(double anchor) => new(anchor, Rectified, above: false);

    static double Towards(double mean, Tensor logits, double keep) => (keep * mean) + ((1 - keep) * logits.Detach().Mean().Item());

    static void Check(Tensor real, Tensor fake)
    {
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        if (real.Count == 0 || fake.Count == 0)
        {
            throw new LossException($"LeCamPenalty: there are no logits in real {real.Shape} or fake {fake.Shape}. Skip empty batches.");
        }
    }

    /// <summary>(x − anchor)², or its half above or below the anchor.</summary>
    readonly struct Anchored(double anchor, bool rectified, bool above) : IUnaryFormula
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
            T distance = rectified ? T.Max(T.Const(0), beyond) : beyond;
            return distance * distance;
        }
    }
}
