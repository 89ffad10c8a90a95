using System.Reflection;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Losses;

/// <summary>The least that a loss, a GAN loss or a penalty of a user must define.</summary>
public class OwnCriterionTests
{
    static Tensor X => Tensor.From([1.0, -2.0, 0.5, 3.0], [2, 2]);

    static Tensor Y => Tensor.From([0.0, 1.0, 0.5, 1.0], [2, 2]);

    [Fact]
    public void A_prediction_loss_is_one_method()
    {
        IPredictionLoss loss = new Plain();
        Assert.Equal(13.0 + 1, loss.Forward(X, Y).Item());
        Assert.Equal(@"\text{Plain}", loss.ToLatex());
        Assert.Empty(loss.Curves());
        Assert.Equal(14.0 * 2, (loss * 2).Forward(X, Y).Item());
        Assert.Equal("2 \\cdot \\ell_{\\text{Plain}}\n\\ell_{\\text{Plain}} = \\text{Plain}", (loss * 2).ToLatex());
    }

    [Fact]
    public void A_pointwise_loss_is_one_formula()
    {
        Assert.Equal(14.0 / 4, new SquaredDifference().Forward(X, Y).Item());
        Assert.Equal(14.0, new SquaredDifference(Reduction.Sum).Forward(X, Y).Item());
        (double value, double[] gradient) = new SquaredDifference().Evaluate([3.0], [1.0]);
        Assert.Equal((4, 4.0), (value, gradient[0]));
    }

    [Fact]
    public void A_ternary_loss_is_one_formula()
    {
        Weighted loss = new();
        Assert.Equal(14.0 * 2, loss.Forward(X, Y, Tensor.FullLike(X, 2)).Item());
        GradCheck.Check(x => loss.Forward(x[0], x[1], x[2]), [X, Y, Y]);
    }

    [Fact]
    public void A_softmax_loss_is_one_formula()
    {
        Likelihood loss = new();
        Tensor target = Tensor.From<long>([0, 1], [2]);
        Assert.Equal(new CrossEntropyLoss().Forward(X, target).Item(), loss.Forward(X, target).Item(), 1e-12);
    }

    [Fact]
    public void A_loss_of_images_is_one_method()
    {
        Brightness loss = new();
        Tensor black = Tensor.Zeros([2, 1, 4, 4]);
        Assert.Equal(0.25, loss.Forward(black + 0.5, black).Item());
        Assert.Throws<LossException>(() => loss.Forward(black + 2, black));
        Assert.Equal(@"\text{Brightness}", loss.ToLatex());
    }

    [Fact]
    public void A_GAN_loss_is_two_methods()
    {
        GanLoss loss = new Squares();
        Assert.Equal(((0 + 9 + 0.25 + 4) / 4) + (2.25 / 4), loss.Discriminator(X, Y).Item());
        Assert.Equal((1 + 0 + 0.25 + 0) / 4, loss.Generator(Y).Item());
        Assert.Equal(@"\text{Squares}", loss.ToLatex());
        Assert.Empty(loss.Curves());
    }

    [Fact]
    public void A_penalty_is_what_it_computes()
    {
        Largest penalty = new(0.5);
        Assert.Equal(1.5, penalty.Forward(X).Item());
        Assert.Equal(@"\text{Largest}", penalty.ToLatex());
        Assert.Empty(penalty.Curves());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Largest(-1));
    }

    [Fact]
    public void Every_entry_of_the_catalogue_has_its_own_formula()
    {
        Type[] catalogue =
            [.. typeof(ICriterion).Assembly.GetTypes().Where(static type => type.IsDefined(typeof(CatalogueAttribute), inherit: false))];
        Assert.NotEmpty(catalogue);
        Assert.All(catalogue, static type => Assert.DoesNotContain(
            Declares(type, nameof(ICriterion.ToLatex)), (Type?[])[null, typeof(Loss), typeof(GanLoss), typeof(Penalty)]));

        static Type? Declares(Type type, string method) =>
            type.GetMethod(method, BindingFlags.Public | BindingFlags.Instance, [])?.DeclaringType;
    }

    sealed record Plain : IPredictionLoss
    {
        public Tensor Forward(Tensor prediction, Tensor target) => (prediction - target).Pow(2).Sum();
    }

    sealed record SquaredDifference(Reduction Own = Reduction.Mean) : PointwiseLoss(Own)
    {
        protected internal override BinaryFormula Formula => BinaryFormula.From(default(Square));

        readonly struct Square : IBinaryFormula
        {
            public T Value<T>(T x, T y)
                where T : struct, IReal<T> => (x - y) * (x - y);
        }
    }

    sealed record Weighted() : TernaryLoss(Reduction.Sum)
    {
        protected internal override TernaryFormula Formula => TernaryFormula.From(default(WeightedSquare));

        public Tensor Forward(Tensor prediction, Tensor target, Tensor weight) => Evaluate(prediction, target, weight);

        readonly struct WeightedSquare : ITernaryFormula
        {
            public T Value<T>(T x, T y, T z)
                where T : struct, IReal<T> => z * (x - y) * (x - y);
        }
    }

    sealed record Likelihood() : SoftmaxLoss(Reduction.Mean), IPredictionLoss
    {
        protected internal override SoftmaxFormula Formula => SoftmaxFormula.From(default(Term));

        public Tensor Forward(Tensor prediction, Tensor target) => EvaluateClasses(prediction, target);

        readonly struct Term : ISoftmaxFormula
        {
            public static bool VanishesWithTarget => true;

            public T Value<T>(T a, T p, T b, T q)
                where T : struct, IReal<T> => -(b * a);
        }
    }

    sealed record Brightness() : ImageLoss(ImageRange.ZeroOne, Reduction.Mean)
    {
        protected override Tensor Compare(Tensor prediction, Tensor target) =>
            Reduce((prediction.Mean([1, 2, 3]) - target.Mean([1, 2, 3])).Pow(2));
    }

    sealed record Squares : GanLoss
    {
        public override Tensor Discriminator(Tensor real, Tensor fake) => (real - 1).Pow(2).Mean() + fake.Pow(2).Mean();

        public override Tensor Generator(Tensor fake, Tensor? real = null) => (fake - 1).Pow(2).Mean();
    }

    sealed record Largest(double Factor) : Penalty(Factor)
    {
        public Tensor Forward(Tensor weights) => weights.Max() * Weight;
    }
}
