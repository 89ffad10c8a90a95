using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Tests.Losses.Penalties;

/// <summary>
/// What holds for every penalty on a critic's slope, by critics whose slopes are known. Real and generated images are the same here, so
/// that all places between them are too.
/// </summary>
public abstract class InputGradientPenaltyContract
{
    protected abstract InputGradientPenalty Penalty { get; }

    /// <summary>What one image of slope n costs, weight and all, in plain doubles.</summary>
    protected abstract double Cost(double n);

    /// <summary>The derivative of that cost by the slope.</summary>
    protected abstract double Marginal(double n);

    protected static RandomStream Random => new(3);

    [Fact]
    public void Linear_critic_costs_by_the_norm_of_its_weights()
    {
        Tensor w = Leaf(3.0, 4.0);
        Tensor x = Draw(5, 2);
        Tensor penalty = Penalty.Forward(x => x.MatMul(w), x, x, Random);
        penalty.Backward();
        Near(Cost(5), penalty.Item());
        Near(Marginal(5) * 0.6, w.Grad!.ToArray<double>()[0]);
        Near(Marginal(5) * 0.8, w.Grad!.ToArray<double>()[1]);
    }

    [Fact]
    public void Flat_critic_costs_as_slope_0_with_finite_derivatives()
    {
        Tensor w = Leaf(0.0, 0.0);
        Tensor x = Draw(5, 2);
        Tensor penalty = Penalty.Forward(x => x.MatMul(w), x, x, Random);
        Tensor slope = Criterion.Autograd.Grad(penalty, w, createGraph: true);
        Assert.Equal(Cost(0), penalty.Item(), 1e-4 * Math.Max(1, Penalty.Weight));
        Assert.Equal([0.0, 0.0], slope.ToArray<double>());
        Assert.True(double.IsFinite(Criterion.Autograd.Grad((slope + w).Sum(), w).Sum().Item()));
    }

    [Fact]
    public void Quadratic_critic_costs_for_each_image_by_itself()
    {
        // D = ½ Σ a x² has the gradient a x.
        Tensor a = Leaf(1.0, 2.0);
        double[][] images = [[1, 1], [0, 0.25]];
        Tensor x = Tensor.From<double>([.. images.SelectMany(static row => row)], [2, 2]);
        Tensor penalty = Penalty.Forward(x => (x * x * a).Sum(1) * 0.5, x, x, Random);
        penalty.Backward();
        double[] norms = [Math.Sqrt(5), 0.5];
        Near((Cost(norms[0]) + Cost(norms[1])) / 2, penalty.Item());
        for (int k = 0; k < 2; k++)
        {
            double expected = Enumerable.Range(0, 2).Average(i => Marginal(norms[i]) * (k + 1) * images[i][k] * images[i][k] / norms[i]);
            Near(expected, a.Grad!.ToArray<double>()[k]);
        }
    }

    [Fact]
    public void Composed_critic_is_differentiated_by_its_weights()
    {
        Tensor images = Tensor.Randn([2, 1, 5, 5], DType.Float64, Random);
        Tensor kernel = Tensor.Randn([2, 1, 3, 3], DType.Float64, Random) * 0.5;
        Tensor linear = Tensor.Randn([18, 1], DType.Float64, Random) * 0.3;
        Tensor Value(Tensor[] w) => Penalty.Forward(x => x.Conv2d(w[0]).LeakyRelu(0.2).Flatten(1).MatMul(w[1]), images, images, Random);
        GradCheck.Check(Value, [kernel, linear], tolerance: 2e-6);
    }

    [Fact]
    public void Smooth_critic_is_differentiated_to_third_order()
    {
        Tensor images = Tensor.Randn([3, 4], DType.Float64, Random);
        Tensor first = Tensor.Randn([4, 3], DType.Float64, Random);
        Tensor second = Tensor.Randn([3, 1], DType.Float64, Random);
        Tensor Value(Tensor[] w) => Penalty.Forward(x => x.MatMul(w[0]).Tanh().MatMul(w[1]).Softplus(), images, images, Random);
        GradCheck.Check(Value, [first, second], tolerance: 2e-6);
    }

    [Fact]
    public void Outputs_of_an_image_count_by_their_sum()
    {
        Tensor w = Draw(6, 4);
        Tensor x = Draw(3, 6);
        double patches = Penalty.Forward(x => x.MatMul(w).Reshape(3, 1, 2, 2), x, x, Random).Item();
        Near(Penalty.Forward(x => x.MatMul(w.Sum(1, keepDim: true)), x, x, Random).Item(), patches);
    }

    [Fact]
    public void Single_precision_is_near_double()
    {
        Tensor w = Draw(6, 3);
        Tensor x = Draw(3, 6);
        double exact = Penalty.Forward(x => x.MatMul(w).Tanh(), x, x, Random).Item();
        Tensor single = w.To(DType.Float32);
        Tensor penalty = Penalty.Forward(x => x.MatMul(single).Tanh(), x.To(DType.Float32), x.To(DType.Float32), Random);
        Assert.Equal(DType.Float32, penalty.DType);
        Assert.Equal(exact, penalty.Item(), 1e-5 * Math.Max(1, exact));
    }

    [Fact]
    public void NaN_shows()
    {
        Tensor w = Draw(2, 1);
        Tensor x = Tensor.From(new double[,] { { 1, 2 }, { double.NaN, 1 } });
        Assert.True(double.IsNaN(Penalty.Forward(x => (x * x).MatMul(w), x, x, Random).Item()));
    }

    [Fact]
    public void Batch_norm_in_training_is_refused_with_the_way_out()
    {
        Critic critic = new(new BatchNorm2d(2, dtype: DType.Float64));
        Tensor x = Tensor.Randn([3, 1, 4, 4], DType.Float64, Random);
        BatchCouplingException refusal = Assert.Throws<BatchCouplingException>(() => Penalty.Forward(critic.Forward, x, x, Random));
        Assert.Equal("BatchNorm2d", refusal.Layer);
        Assert.Contains(Penalty.GetType().Name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("AllowBatchCoupling", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("LayerNorm", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([0.0, 0.0], critic.Norm.NamedBuffers().Single(static b => b.Name == "running_mean").Value.ToArray<double>());

        // The refusal ends with the penalty.
        Assert.Equal(3, critic.Forward(x).Count);
    }

    [Fact]
    public void Batch_norm_is_fine_in_evaluation_or_where_allowed()
    {
        Critic critic = new(new BatchNorm2d(2, dtype: DType.Float64));
        Tensor x = Tensor.Randn([3, 1, 4, 4], DType.Float64, Random);
        Assert.True(double.IsFinite((Penalty with { AllowBatchCoupling = true }).Forward(critic.Forward, x, x, Random).Item()));
        critic.Norm.Eval();
        Assert.True(double.IsFinite(Penalty.Forward(critic.Forward, x, x, Random).Item()));
    }

    [Fact]
    public void Recording_that_is_switched_off_makes_no_difference()
    {
        Tensor w = Leaf(3.0, 4.0);
        Tensor x = Draw(5, 2);
        using (Criterion.Autograd.NoGrad())
        {
            Near(Cost(5), Penalty.Forward(x => x.MatMul(w), x, x, Random).Item());
        }
    }

    [Fact]
    public void Generator_is_not_reached()
    {
        Tensor real = Draw(2, 3);
        Tensor fake = Draw(2, 3);
        real.RequiresGrad = fake.RequiresGrad = true;
        Tensor w = Leaf(1.0, 2.0, 3.0);
        Penalty.Forward(x => (x * x).MatMul(w), real * 2, fake * 2, Random).Backward();
        Assert.Null(fake.Grad);
        Assert.Null(real.Grad);
        Assert.NotNull(w.Grad);
    }

    [Fact]
    public void Empty_batches_and_bad_weights_are_errors()
    {
        Tensor none = Tensor.Zeros([0, 3], DType.Float64);
        Assert.Contains(
            "[0, 3]", Assert.Throws<LossException>(() => Penalty.Forward(x => x.Sum(1), none, none)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Penalty.Forward(null!, none, none));
        Assert.Throws<ArgumentOutOfRangeException>(() => Penalty with { Weight = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Penalty with { Weight = double.NaN });
    }

    [Fact]
    public void Penalty_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Penalty);
        CriterionAssert.IsStored(Penalty with { AllowBatchCoupling = true });
    }

    protected static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-8 * Math.Max(1, Math.Abs(expected)));

    protected static Tensor Draw(int rows, int columns) => Tensor.Randn([rows, columns], DType.Float64, Random);

    protected static Tensor Leaf(params double[] values)
    {
        Tensor leaf = Tensor.From(values, [values.Length]);
        leaf.RequiresGrad = true;
        return leaf;
    }

    /// <summary>A convolution, the layer in question, and a score.</summary>
    sealed class Critic(Module norm)
    {
        readonly Sequential _network = new(
            new Conv2d(1, 2, 3, dtype: DType.Float64, random: Random), norm, new LeakyReLU(0.2), new Flatten(), new Linear(
                8, 1, dtype: DType.Float64, random: Random));

        public Module Norm { get; } = norm;

        public Tensor Forward(Tensor images) => _network.Forward(images);
    }
}
