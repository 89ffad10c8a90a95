using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Adversarial;

/// <summary>The contract of every GAN loss.</summary>
public abstract class AdversarialContract
{
    protected abstract GanLoss Objective { get; }

    /// <summary>Both parts for r = (2, −1, ½) and f = (−½, 1, −2) where somebody else worked them out (oracles.md), else null.</summary>
    protected virtual (double Discriminator, double Generator)? Oracle => null;

    /// <summary>L_D in plain doubles, written from the paper and not from the code.</summary>
    protected abstract double Discriminator(double[] r, double[] f);

    /// <summary>L_G in plain doubles.</summary>
    protected abstract double Generator(double[] f, double[] r);

    /// <summary>From normal numbers to numbers that the objective takes.</summary>
    protected virtual Tensor Domain(Tensor x) => x;

    /// <summary>Pairs of a real and a fake logit where value and first two derivatives are finite.</summary>
    protected virtual IEnumerable<(double Real, double Fake)> Extremes => [(1e4, -1e4), (-1e4, 1e4), (1e4, 1e4), (-1e4, -1e4), (0, 0)];

    /// <summary>Infinite logits at which a part has a limit: L_D(r, f), or L_G(f, r) where so marked.</summary>
    protected virtual IEnumerable<(double Real, double Fake, double Discriminator, double Generator)> Limits => [];

    /// <summary>Whether the i-th real and fake logits belong together.</summary>
    protected virtual bool IsPaired =>
        Objective is RelativisticGanLoss && Objective.GetType().Name.Contains("Paired", StringComparison.Ordinal);

    protected const double Infinity = double.PositiveInfinity;

    static RandomStream Random => new(11);

    Tensor Real => Domain(Tensor.From<double>([2, -1, 0.5]));

    Tensor Fake => Domain(Tensor.From<double>([-0.5, 1, -2]));

    public static TheoryData<int[]> Shapes { get; } = new([1], [1, 1], [7], [5, 1], [3, 4], [2, 1, 3, 2], [33, 2]);

    [Fact]
    public void Values_are_those_worked_out_elsewhere()
    {
        if (Oracle is not { } oracle)
        {
            return;
        }

        Assert.Equal(oracle.Discriminator, Objective.Discriminator(Real, Fake).Item(), 1e-11);
        Assert.Equal(oracle.Generator, Objective.Generator(Fake, Real).Item(), 1e-11);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Values_are_those_of_plain_doubles(int[] shape)
    {
        (Tensor real, Tensor fake) = Draw(shape);
        double[] r = real.ToArray<double>();
        double[] f = fake.ToArray<double>();
        Equal(Discriminator(r, f), Objective.Discriminator(real, fake).Item());
        Equal(Generator(f, r), Objective.Generator(fake, real).Item());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void First_and_second_derivatives_are_those_of_central_differences(int[] shape)
    {
        (Tensor real, Tensor fake) = Draw(shape);
        GradCheck.Check(x => Objective.Discriminator(x[0], x[1]), [real, fake]);
        GradCheck.Check(x => Objective.Generator(x[0], x[1]), [fake, real]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fused_gradients_are_those_of_the_composed_graph(int[] shape)
    {
        (Tensor real, Tensor fake) = Draw(shape);
        Func<Tensor, Tensor, Tensor>[] parts = [Objective.Discriminator, (r, f) => Objective.Generator(f, r)];
        foreach (Func<Tensor, Tensor, Tensor> part in parts)
        {
            (Tensor r, Tensor f) = (Leaf(real), Leaf(fake));
            Tensor loss = part(r, f) * 1.5;
            Tensor[] composed = Criterion.Autograd.Grad([loss], [r, f], createGraph: true, allowUnused: true);
            loss.Backward();
            GoldenAssert.Close(composed[0], r.Grad ?? Tensor.ZerosLike(r), "by real");
            GoldenAssert.Close(composed[1], f.Grad!, "by fake");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Single_precision_is_near_double(int[] shape)
    {
        (Tensor real, Tensor fake) = Draw(shape);
        (Tensor r, Tensor f) = (real.To(DType.Float32), fake.To(DType.Float32));
        Tensor loss = Objective.Discriminator(r, f);
        Assert.Equal(DType.Float32, loss.DType);
        Assert.Equal(Objective.Discriminator(r.To(DType.Float64), f.To(DType.Float64)).Item(), loss.Item(), 1e-5);
        Assert.Equal(Objective.Generator(f.To(DType.Float64), r.To(DType.Float64)).Item(), Objective.Generator(f, r).Item(), 1e-5);
    }

    [Fact]
    public void Patches_count_as_logits()
    {
        (Tensor real, Tensor fake) = (Real.Reshape(1, 1, 3, 1), Fake.Reshape(1, 1, 3, 1));
        Assert.Equal(Objective.Discriminator(Real, Fake).Item(), Objective.Discriminator(real, fake).Item(), 1e-11);
        Assert.Equal(Objective.Generator(Fake, Real).Item(), Objective.Generator(fake, real).Item(), 1e-11);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Extreme_logits_are_finite_to_second_order(DType type)
    {
        foreach ((double real, double fake) in Extremes)
        {
            (Tensor r, Tensor f) = (Leaf(Tensor.Full([2], real, type)), Leaf(Tensor.Full([2], fake, type)));
            Tensor loss = Objective.Discriminator(r, f) + Objective.Generator(f, r);
            Tensor[] first = Criterion.Autograd.Grad([loss], [r, f], createGraph: true);
            Tensor slopes = (first[0] * first[0]).Sum() + (first[1] * first[1]).Sum();
            Tensor[] second = slopes.RequiresGrad ? Criterion.Autograd.Grad([slopes], [r, f], allowUnused: true) : [];
            Assert.All((Tensor[])[loss, .. first, .. second], x => Assert.True(
                x.IsFinite().To(DType.Int64).Min().Item() == 1, $"{real}, {fake} → {x}"));
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Infinite_logits_give_the_limit(DType type)
    {
        foreach ((double real, double fake, double discriminator, double generator) in Limits)
        {
            (Tensor r, Tensor f) = (Leaf(Tensor.Full([3], real, type)), Leaf(Tensor.Full([3], fake, type)));
            Tensor loss = Objective.Discriminator(r, f);
            Tensor generated = Objective.Generator(f, r);
            Assert.Equal(discriminator, loss.Item(), 1e-6);
            Assert.Equal(generator, generated.Item(), 1e-6);

            // A cost without end has no gradient to speak of.
            foreach (Tensor part in ((Tensor[])[loss, generated]).Where(static part => double.IsFinite(part.Item())))
            {
                Tensor[] slopes = Criterion.Autograd.Grad([part], [r, f], allowUnused: true);
                Assert.All(slopes, slope => Assert.True(slope.IsFinite().To(DType.Int64).Min().Item() == 1, $"{real}, {fake} → {slope}"));
            }
        }
    }

    [Fact]
    public void NaN_shows()
    {
        Tensor nan = Domain(Tensor.From<double>([1, 0, 2])) + Tensor.From<double>([0, double.NaN, 0]);
        Assert.True(double.IsNaN(Objective.Discriminator(nan, Fake).Item()));
        Assert.True(double.IsNaN(Objective.Discriminator(Real, nan).Item()));
        Assert.True(double.IsNaN(Objective.Generator(nan, Real).Item()));
    }

    [Fact]
    public void Batches_may_differ_in_size_unless_they_are_paired()
    {
        (Tensor real, _) = Draw([5, 2]);
        (_, Tensor fake) = Draw([3, 2]);
        if (IsPaired)
        {
            string message = Assert.Throws<ShapeException>(() => Objective.Discriminator(real, fake)).Message;
            Assert.Contains("[5, 2]", message, StringComparison.Ordinal);
            Assert.Contains("[3, 2]", message, StringComparison.Ordinal);
            Assert.Throws<ShapeException>(() => Objective.Generator(fake, real));
            return;
        }

        Equal(Discriminator(real.ToArray<double>(), fake.ToArray<double>()), Objective.Discriminator(real, fake).Item());
        Equal(Generator(fake.ToArray<double>(), real.ToArray<double>()), Objective.Generator(fake, real).Item());
        GradCheck.Check(x => Objective.Discriminator(x[0], x[1]) + Objective.Generator(x[1], x[0]), [real, fake], order: 1);
    }

    [Fact]
    public void Order_of_the_batch_does_not_matter()
    {
        (Tensor real, Tensor fake) = Draw([9]);
        Tensor order = Tensor.Permutation(9, Random);
        (Tensor r, Tensor f) = (real.IndexSelect(0, order), fake.IndexSelect(0, order));
        Equal(Objective.Discriminator(real, fake).Item(), Objective.Discriminator(r, f).Item());
        Equal(Objective.Generator(fake, real).Item(), Objective.Generator(f, r).Item());
    }

    [Fact]
    public void Several_discriminators_give_the_mean_of_their_losses()
    {
        ((Tensor r1, Tensor f1), (Tensor r2, Tensor f2)) = (Draw([4, 1]), Draw([4, 3]));
        (Tensor[] real, Tensor[] fake) = ([r1, r2], [f1, f2]);
        Equal(
            real.Zip(fake, (r, f) => Objective.Discriminator(r, f).Item()).Average(), Objective.Discriminator(real, fake).Item());
        Equal(fake.Zip(real, (f, r) => Objective.Generator(f, r).Item()).Average(), Objective.Generator(fake, real).Item());
        GradCheck.Check(x => Objective.Discriminator([x[0], x[1]], [x[2], x[3]]), [r1, r2, f1, f2]);
        GradCheck.Check(x => Objective.Generator([x[0], x[1]], [x[2], x[3]]), [f1, f2, r1, r2]);
        Assert.Throws<ShapeException>(() => Objective.Discriminator(real, fake[..1]));
        Assert.Throws<LossException>(() => Objective.Generator([], []));
    }

    [Fact]
    public void Empty_batches_are_an_error()
    {
        Tensor empty = Tensor.Zeros([0, 1], DType.Float64);
        Assert.Contains(
            "[0, 1]", Assert.Throws<LossException>(() => Objective.Discriminator(empty, empty)).Message, StringComparison.Ordinal);
        Assert.Throws<LossException>(() => Objective.Generator(empty, empty));
        Assert.Throws<ArgumentNullException>(() => Objective.Discriminator(null!, Fake));
        Assert.Throws<ArgumentNullException>(() => Objective.Generator(null!, Real));
    }

    [Fact]
    public void Generator_needs_real_logits_only_to_compare()
    {
        if (Objective is RelativisticGanLoss)
        {
            Assert.Contains(
                "Generator(fake, real)", Assert.Throws<LossException>(() => Objective.Generator(Fake)).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(Objective.Generator(Fake, Real).Item(), Objective.Generator(Fake).Item());
    }

    [Fact]
    public void Objective_is_shown_and_stored()
    {
        CriterionAssert.IsShown(Objective);
        CriterionAssert.IsStored(Objective);
        Assert.Contains("L_D =", Objective.ToLatex(), StringComparison.Ordinal);
        Assert.Contains("L_G =", Objective.ToLatex(), StringComparison.Ordinal);
    }

    protected static double Mean(double[] x, Func<double, double> term) => x.Average(term);

    protected static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    protected static double Square(double x) => x * x;

    (Tensor Real, Tensor Fake) Draw(int[] shape)
    {
        RandomStream random = Random;
        return (Domain(Tensor.Randn(shape, DType.Float64, random)), Domain(Tensor.Randn(shape, DType.Float64, random)));
    }

    static Tensor Leaf(Tensor x)
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGrad = true;
        return leaf;
    }

    static void Equal(double expected, double actual) => Assert.Equal(expected, actual, 1e-11 * Math.Max(1, Math.Abs(expected)));
}
