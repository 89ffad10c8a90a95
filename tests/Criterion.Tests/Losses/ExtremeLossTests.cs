using Criterion.Losses;

namespace Criterion.Tests.Losses;

/// <summary>Losses of rows, objectives and penalties where squares, sums or exponentials leave the range on the way.</summary>
public class ExtremeLossTests
{
    const double Never = double.NegativeInfinity;

    static readonly double[] First = [0.5, -1, 2, 0.25, -0.75, 1, 1.5, -2, 0.125, 3, 0.5, -1, 1, 2, -0.5, 0.25, 1.75, -1.5, 0.375];

    static readonly double[] Second = [1, 0.5, 1.5, -0.25, 0.25, -1, 2, -1.75, 0.5, 2, 1.5, 1, -0.5, 2.5, 0.5, -0.125, 1, 0.75, -1];

    static readonly double[] Third = [-1, 2, 0.5, 1.25, 2.25, 0.5, -2, 0.75, 1.5, -1, 0.5, 0.25, 1.5, -0.5, 1.5, 1.125, -1, 1.75, 2];

    public static TheoryData<DType, int> Scales =>
        [
            (DType.Float32, -126), (DType.Float32, -100), (DType.Float32, 66), (DType.Float32, 120), (DType.Float64, -1000),
            (DType.Float64, -520), (DType.Float64, 520), (DType.Float64, 1000)
        ];

    [Theory]
    [MemberData(nameof(Scales))]
    public void Distances_scale_with_their_rows(DType type, int exponent)
    {
        (string Name, Func<Tensor[], Tensor> Loss)[] distances =
        [
            ("distance", static x => new PairwiseDistance(epsilon: 0).Forward(x[0], x[1])),
            ("distance, p = 1", static x => new PairwiseDistance(1, 0).Forward(x[0], x[1])),
            ("distance, p = 3", static x => new PairwiseDistance(3, 0).Forward(x[0], x[1])),
            ("triplet", static x => new TripletMarginLoss(0, epsilon: 0).Forward(x[0], x[1], x[2])),
            ("triplet, swapped", static x => new TripletMarginLoss(0, epsilon: 0, swap: true).Forward(x[0], x[1], x[2])),
            ("triplet, p = 3", static x => new TripletMarginLoss(0, 3, 0).Forward(x[0], x[1], x[2])),
            ("pair margin", static x => new PairMarginLoss(0, 0).Forward(x[0], x[1], Tensor.Ones([1]))),
        ];
        double scale = Math.ScaleB(1, exponent);
        foreach ((string name, Func<Tensor[], Tensor> loss) in distances)
        {
            (double value, double[] gradient) = Evaluate(loss, DType.Float64, 1, 1, 1);
            (double scaled, double[] ofScaled) = Evaluate(loss, type, scale, scale, scale);
            Near(name, value * scale, scaled, type);
            Near(name, gradient, ofScaled, type);
        }
    }

    [Theory]
    [MemberData(nameof(Scales))]
    public void Cosines_do_not_depend_on_lengths(DType type, int exponent)
    {
        (string Name, Func<Tensor[], Tensor> Loss)[] cosines =
        [
            ("similar", static x => new CosineEmbeddingLoss(zeroVectors: ZeroVectors.ZeroGradient).Forward(x[0], x[1], Tensor.Ones([1]))),
            ("dissimilar", static x => new CosineEmbeddingLoss(zeroVectors: ZeroVectors.ZeroGradient).Forward(
                x[0], x[1], -Tensor.Ones([1]))),
            ("similarity", static x => new CosineSimilarityLoss(epsilon: 1e-300).Forward(x[0], x[1])),
        ];
        foreach ((string name, Func<Tensor[], Tensor> loss) in cosines)
        {
            (double value, double[] gradient) = Evaluate(loss, DType.Float64, 1, 1, 1);
            foreach ((double first, double second) in new[] { (exponent, exponent), (exponent, -exponent), (exponent, 0) }.Select(
                e => (Math.ScaleB(1, e.Item1), Math.ScaleB(1, e.Item2))))
            {
                (double scaled, double[] ofScaled) = Evaluate(loss, type, first, second, 1);
                Near(name, value, scaled, type);
                Near(
                    name,
                    [.. gradient.Select((g, i) => g / (i < First.Length ? first : i < 2 * First.Length ? second : 1))],
                    ofScaled,
                    type);
            }
        }
    }

    [Fact]
    public void Long_rows_have_cosines_also_with_an_epsilon()
    {
        Tensor x = Variable(First, DType.Float32, 1e20);
        Tensor loss = new CosineEmbeddingLoss().Forward(x.Unsqueeze(0), x.Detach().Unsqueeze(0), Tensor.Ones([1]));
        loss.Backward();
        Assert.Equal(0, loss.Item(), 1e-7);
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.True(Math.Abs(g) < 1e-26));
    }

    [Theory]
    [InlineData(1e-2)]
    [InlineData(1e-3)]
    [InlineData(1e-4)]
    public void Cosines_of_nearly_parallel_floats_keep_their_digits(double angle)
    {
        float[] x = [.. Enumerable.Range(0, 300).Select(static i => (float)Math.Sin(i + 0.5))];
        float[] y = [.. x.Select((v, i) => (float)(v + (angle * Math.Cos(3 * i))))];
        double dot = x.Zip(y, static (a, b) => (double)a * b).Sum();
        double lengths = Math.Sqrt(x.Sum(static a => (double)a * a) * y.Sum(static b => (double)b * b));
        double loss = new CosineSimilarityLoss().Forward(Tensor.From(x, [300]), Tensor.From(y, [300])).Item();
        Assert.Equal(1, loss / (1 - (dot / lengths)), 1e-6);
    }

    [Theory]
    [InlineData(DType.Float32, 1e18)]
    [InlineData(DType.Float32, 1e30)]
    [InlineData(DType.Float64, 1e150)]
    public void Slopes_of_any_size_have_norms(DType type, double slope)
    {
        Tensor g = Variable(Enumerable.Repeat(1.0, 64), type, slope).Reshape(4, 16);
        Assert.Equal(1, InputGradientPenalty.Norms(g)[3].Item() / (4 * slope), 1e-6);

        // Its square is out of range; times a small weight it is not.
        double weight = 1 / slope / slope;
        GradientPenalty penalty = new(weight);
        Tensor x = Variable(Enumerable.Repeat(1.0, 64), type, slope);
        Tensor value = penalty.FromGradient(x.Reshape(4, 16));
        Assert.Equal(16, value.Item(), 1e-4);
        Assert.Equal(1, Autograd.Grad(value, x)[0].Item() * slope / 0.5, 1e-4);
    }

    [Fact]
    public void Weights_bring_penalties_back_into_range()
    {
        Tensor x = Variable(Enumerable.Repeat(1.0, 64), DType.Float32, 1e22).Reshape(32, 2);
        Tensor zero = Tensor.ZerosLike(x);
        Near("consistency", 2e24, new ConsistencyPenalty(1e-20).Forward(x, zero).Item(), DType.Float32);
        Near("drift", 1e24, new DriftPenalty(1e-20).Forward(x).Item(), DType.Float32);
        Near("LeCamPenalty", 2e24, new LeCamPenalty(1e-20).Forward(x, x, new LeCamState(0, 0, 1)).Item(), DType.Float32);
        Near("history", 64e24, new HistoricalAveragingPenalty(1e-20).Forward([x], new ParameterHistory([zero], 1)).Item(), DType.Float32);
        Near("orthogonal", 4e36, new OrthogonalPenalty(1e-20).Forward([Tensor.Full([1, 2], 1e14).Detach() * 1]).Item(), DType.Float32);
        Near("pulling away", 1, new PullingAwayPenalty(1).Forward(x).Item(), DType.Float32);
    }

    [Theory]
    [InlineData(DType.Float32, 1e38)]
    [InlineData(DType.Float64, 1e308)]
    public void Relative_scores_do_not_overflow(DType type, double large)
    {
        Tensor real = Variable(Enumerable.Repeat(-1.0, 33), type, large);
        Tensor fake = Variable(Enumerable.Repeat(0.5, 21), type, large);
        GanLoss[] objectives = [new RelativisticAverageHingeGanLoss(), new RelativisticAverageLogisticGanLoss()];
        foreach (GanLoss objective in objectives)
        {
            Tensor loss = objective.Discriminator(real, fake);
            Near(objective.ToString(), 3 * large, loss.Item(), type);
            Near(
                objective.ToString(),
                [-2.0 / 33, 2.0 / 21],
                [.. Autograd.Grad([loss], [real, fake]).Select(static g => g[0].Item())],
                type);
        }
    }

    [Theory]
    [InlineData(DType.Float32, 20)]
    [InlineData(DType.Float32, 80)]
    [InlineData(DType.Float64, 600)]
    public void A_sure_class_costs_what_the_others_have(DType type, double lead)
    {
        Tensor x = Variable([-lead, 0, -lead], type);
        double others = 2 * Math.Exp(-lead);
        foreach (Tensor target in new[] { Tensor.From<long>([1]), Tensor.From([0.0, 1, 0], [1, 3]).To(type) })
        {
            Tensor loss = new CrossEntropyLoss().Forward(x.Unsqueeze(0), target);
            Near("loss", others, loss.Item(), type);
            if (target.DType == DType.Int64)
            {
                Near("gradient", [others / 2, -others, others / 2], Autograd.Grad(loss, x).To(DType.Float64).ToArray<double>(), type);
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, 3e38)]
    [InlineData(DType.Float64, 1.7e308)]
    public void Means_of_large_cross_entropies_do_not_overflow(DType type, double large)
    {
        Tensor x = Tensor.From([0, large], [1, 2]).To(type).Expand(64, 2).Contiguous();
        Near("mean", large, new CrossEntropyLoss().Forward(x, Tensor.Zeros([64], DType.Int64)).Item(), type);
    }

    [Fact]
    public void An_infinite_logit_that_is_right_costs_nothing()
    {
        Tensor x = Variable([1, double.PositiveInfinity, 2], DType.Float32);
        Tensor loss = new CrossEntropyLoss().Forward(x.Unsqueeze(0), Tensor.From<long>([1]));
        Assert.Equal(0, loss.Item());
        Assert.Equal([0f, 0f, 0f], Autograd.Grad(loss, x).ToArray<float>());
        Assert.Equal(double.PositiveInfinity, new CrossEntropyLoss().Forward(x.Unsqueeze(0), Tensor.From<long>([0])).Item());
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void An_infinite_divergence_points_away_from_what_cannot_be(DType type)
    {
        Tensor x = Variable([0, 1, Never, 0.5], type);
        Tensor loss = new KlFromLogitsLoss(reverse: true).Forward(x.Unsqueeze(0), Tensor.From([0, Never, 1, 0], [1, 4]).To(type));
        Assert.Equal(double.PositiveInfinity, loss.Item());
        Assert.Equal([Never, double.PositiveInfinity, 0, Never], Autograd.Grad(loss, x).To(DType.Float64).ToArray<double>());
        Tensor target = Variable([0, 1, 2], type);
        Tensor forward = new KlFromLogitsLoss().Forward(Tensor.From([0, Never, 1], [1, 3]).To(type), target.Unsqueeze(0));
        Assert.Equal([Never, double.PositiveInfinity, Never], Autograd.Grad(forward, target).To(DType.Float64).ToArray<double>());
    }

    [Fact]
    [Trait("Case", "poisson-infinite")]
    public void Poisson_has_its_limits_anywhere_in_an_array()
    {
        PoissonNLLLoss loss = new(reduction: Reduction.None);
        foreach (int count in new[] { 1, 15, 32, 33 })
        {
            Assert.All(loss.Forward(Tensor.Full([count], Never), Tensor.Zeros([count])).ToArray<float>(), static l => Assert.Equal(0, l));
            Assert.All(loss.Forward(Tensor.Full([count], 1e38), Tensor.Full([count], 1e38)).ToArray<float>(), static l => Assert.Equal(
                float.PositiveInfinity, l));
            Assert.Equal(0, new PoissonNLLLoss().Forward(Tensor.Full([count], Never), Tensor.Zeros([count])).Item());
            Assert.Equal(
                double.PositiveInfinity, new PoissonNLLLoss().Forward(Tensor.Full([count], 1e38), Tensor.Full([count], 1e38)).Item());
        }

        Tensor x = Variable([Never], DType.Float32);
        Assert.Equal(0, Autograd.Grad(new PoissonNLLLoss().Forward(x, Tensor.Zeros([1])), x).Item());
    }

    [Theory]
    [Trait("Case", "gelu-tail")]
    [InlineData(-5, -1.43325786e-6)]
    [InlineData(-5.5, -1.04442594e-7)]
    [InlineData(-6, -5.91952587e-9)]
    [InlineData(-8, -4.97676858e-15)]
    public void Gelu_has_a_tail(double x, double expected) => Assert.Equal(1, Tensor.Full([1], x).Gelu().Item() / expected, 1e-6);

    [Fact]
    public void Anchored_images_of_one_colour_are_alike()
    {
        foreach (double level in new[] { 0, 1e-30, 0.1, 0.3, 1 })
        {
            Tensor x = Tensor.Full([1, 1, 24, 24], level);
            x.RequiresGrad = true;
            Tensor loss = new SsimLoss(ImageRange.ZeroOne).Forward(x, x.Detach());
            loss.Backward();
            Assert.Equal(0, loss.Item(), 1e-9);
            Assert.True(x.Grad!.IsFinite().To(DType.Int64).Min().Item() == 1);
        }
    }

    static (double Value, double[] Gradient) Evaluate(Func<Tensor[], Tensor> loss, DType type, double first, double second, double third)
    {
        Tensor[] leaves = [Variable(First, type, first), Variable(Second, type, second), Variable(Third, type, third)];
        Tensor value = loss([.. leaves.Select(static x => x.Unsqueeze(0))]).Sum();
        Tensor[] gradients = Autograd.Grad([value], leaves, allowUnused: true);
        return (value.Item(), [.. gradients.SelectMany(static g => g.To(DType.Float64).ToArray<double>())]);
    }

    static Tensor Variable(IEnumerable<double> values, DType type, double scale = 1)
    {
        double[] all = [.. values.Select(v => v * scale)];
        Tensor x = Tensor.From(all, [all.Length]).To(type);
        x.RequiresGrad = true;
        return x;
    }

    static void Near(string name, double[] expected, double[] actual, DType type)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Near($"{name} {i}", expected[i], actual[i], type);
        }
    }

    static void Near(string name, double expected, double actual, DType type)
    {
        (double epsilon, double least, double most) = type == DType.Float32
            ? (2e-6, 1e-44, float.MaxValue)
            : (1e-12, 1e-322, double.MaxValue);
        bool isRight = Math.Abs(expected) >= most
            ? Math.Abs(actual) >= most * (1 - epsilon)
            : Math.Abs(actual - expected) <= (epsilon * Math.Abs(expected)) + least;
        Assert.True(isRight, $"{name}: {actual:R} for {expected:R}");
    }
}
