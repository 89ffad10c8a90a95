using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Losses.Penalties;

public class PathLengthPenaltyTests
{
    static RandomStream Random => new(9);

    // G(w) = A w has the gradient Aᵀν for every w.
    [Fact]
    public void Linear_generator_has_the_length_of_its_transposed_noise()
    {
        Tensor a = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 }, { 0, -1 } });
        a.RequiresGrad = true;
        Tensor noise = Tensor.From(new double[,] { { 1, 0 }, { 2, -1 } });
        Tensor w = Tensor.Randn([2, 3], DType.Float64, Random);
        double[] lengths = [Math.Sqrt(1 + 9 + 0), Math.Sqrt(0 + 4 + 1)];
        double mean = 1 + (0.25 * (lengths.Average() - 1));

        (Tensor penalty, double next) = new PathLengthPenalty(2, 0.25).Forward(x => x.MatMul(a), w, 1, noise);
        penalty.Backward();
        Assert.Equal(mean, next, 1e-9);
        Assert.Equal(2 * lengths.Average(l => (l - mean) * (l - mean)), penalty.Item(), 1e-9);

        // ∂/∂A = Σᵢ 2·2/N (lᵢ − a) / lᵢ · gᵢ νᵢᵀ with g₁ = (1, 3, 0) and g₂ = (0, 2, 1).
        double c1 = 2 * (lengths[0] - mean) / lengths[0];
        double c2 = 2 * (lengths[1] - mean) / lengths[1];
        double[] expected = [c1 * 1 * 1, 0, (c1 * 3) + (c2 * 2 * 2), c2 * 2 * -1, c2 * 1 * 2, c2 * 1 * -1];
        Assert.All(expected.Zip(a.Grad!.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-8));
    }

    [Fact]
    public void Layers_of_latents_count_by_their_mean()
    {
        // The same latent for each of three layers, summed: each layer has the whole gradient, and so has their mean.
        Tensor a = Tensor.Randn([4, 5], DType.Float64, Random);
        Tensor noise = Tensor.Randn([2, 5], DType.Float64, Random);
        Tensor single = Tensor.Randn([2, 4], DType.Float64, Random);
        Tensor several = Tensor.Randn([2, 3, 4], DType.Float64, Random);
        PathLengthPenalty penalty = new();
        Assert.Equal(
            penalty.Forward(x => x.MatMul(a), single, 0.5, noise).Penalty.Item(),
            penalty.Forward(x => x.Sum(1).MatMul(a), several, 0.5, noise).Penalty.Item(),
            1e-9);
    }

    [Fact]
    public void Noise_is_normal_and_scaled_by_the_pixels()
    {
        // Lengths of the identity are those of the noise: √(Σν²) over 3 · 8 · 8 values of variance 1/64 is near √3.
        Tensor w = Tensor.Zeros([50, 192], DType.Float64);
        (_, double mean) = new PathLengthPenalty(rate: 1).Forward(x => x.Reshape(50, 3, 8, 8), w, 0, Random);
        Assert.Equal(Math.Sqrt(3), mean, 0.03);
    }

    [Fact]
    public void Derivatives_are_those_of_central_differences()
    {
        Tensor w = Tensor.Randn([3, 4], DType.Float64, Random);
        Tensor first = Tensor.Randn([4, 6], DType.Float64, Random) * 0.5;
        Tensor kernel = Tensor.Randn([1, 1, 2, 2], DType.Float64, Random);

        // A rate of 0 holds the mean fixed, which the penalty does by itself at any rate.
        Tensor Value(Tensor[] p) => new PathLengthPenalty(rate: 0)
            .Forward(x => x.MatMul(p[0]).Tanh().Reshape(3, 1, 2, 3).Conv2d(p[1]).LeakyRelu(0.2), w, 0.3, Random).Penalty;
        GradCheck.Check(Value, [first, kernel], tolerance: 2e-6);
    }

    [Fact]
    public void Mean_settles_at_the_length()
    {
        Tensor w = Tensor.Zeros([2, 2], DType.Float64);
        Tensor noise = Tensor.From(new double[,] { { 3, 4 }, { 0, 5 } });
        double mean = 0;
        for (int i = 0; i < 200; i++)
        {
            mean = new PathLengthPenalty(rate: 0.1).Forward(x => x * 1, w, mean, noise).Mean;
        }

        Assert.Equal(5, mean, 1e-7);
        Assert.Equal(0, new PathLengthPenalty().Forward(x => x * 1, w, mean, noise).Penalty.Item(), 1e-7);
    }

    [Fact]
    public void Generator_that_mixes_samples_is_refused()
    {
        BatchNorm1d norm = new(2, dtype: DType.Float64);
        Tensor w = Tensor.Randn([4, 2], DType.Float64, Random);
        Assert.Contains(
            "PathLengthPenalty",
            Assert.Throws<BatchCouplingException>(() => new PathLengthPenalty().Forward(norm.Forward, w, 0)).Message,
            StringComparison.Ordinal);
        Assert.True(double.IsFinite(new PathLengthPenalty { AllowBatchCoupling = true }.Forward(norm.Forward, w, 0, Random).Mean));
        norm.Eval();
        Assert.True(double.IsFinite(new PathLengthPenalty().Forward(norm.Forward, w, 0, Random).Mean));
    }

    [Fact]
    public void Flat_generator_has_finite_derivatives()
    {
        Tensor a = Tensor.Zeros([2, 3], DType.Float64);
        a.RequiresGrad = true;
        Tensor penalty = new PathLengthPenalty(1).Forward(x => x.MatMul(a), Tensor.Zeros([2, 2], DType.Float64), 1, Random).Penalty;
        penalty.Backward();
        Assert.Equal(0.99 * 0.99, penalty.Item(), 1e-4);
        Assert.Equal(0, a.Grad!.Abs().Sum().Item());
    }

    [Fact]
    public void Errors_name_what_does_not_fit()
    {
        Assert.Contains(
            "[4]",
            Assert.Throws<ShapeException>(() => new PathLengthPenalty().Forward(x => x, Tensor.Zeros([4]), 0)).Message,
            StringComparison.Ordinal);
        Assert.Throws<LossException>(() => new PathLengthPenalty().Forward(x => x, Tensor.Zeros([0, 4]), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PathLengthPenalty(rate: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PathLengthPenalty(weight: -2));
        Tensor nan = Tensor.Full([2, 2], double.NaN, DType.Float64);
        Assert.True(double.IsNaN(new PathLengthPenalty().Forward(x => x * x, nan, 0, Random).Penalty.Item()));
    }

    [Fact]
    public void It_is_shown_and_stored()
    {
        CriterionAssert.IsShown(new PathLengthPenalty());
        CriterionAssert.IsStored(new PathLengthPenalty(1, 0.5) { AllowBatchCoupling = true });
    }
}
