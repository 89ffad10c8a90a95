using System.Numerics;
using System.Reflection;
using Criterion.Losses;
using Criterion.Tests.Memory;

namespace Criterion.Tests.Losses;

/// <summary>Losses on arrays and spans against the same losses on tensors.</summary>
public class EvaluationTests
{
    public static TheoryData<int, string> Cases
    {
        get
        {
            TheoryData<int, string> rows = [];
            for (int i = 0; i < EvaluationCases.All.Count; i++)
            {
                rows.Add(i, EvaluationCases.All[i].Loss.GetType().Name);
            }

            return rows;
        }
    }

    [Fact]
    public void Every_loss_of_the_catalogue_is_evaluated_or_listed_with_a_reason()
    {
        Type[] catalogue =
        [
            .. typeof(ICriterion).Assembly.GetTypes()
                .Where(static type => type.GetCustomAttribute<CatalogueAttribute>() is { Family: not LossFamily.Penalty })
                .Where(static type => !type.IsAssignableTo(typeof(GanLoss))),
        ];
        string[] evaluated = [.. EvaluationCases.All.Select(static of => of.Loss.GetType().Name).Distinct()];
        Assert.NotEmpty(catalogue);
        Assert.Empty(catalogue.Select(static type => type.Name).Except(evaluated).Except(EvaluationCases.Excluded.Keys));
        Assert.Empty(evaluated.Intersect(EvaluationCases.Excluded.Keys));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_the_bits_of_tensors(int index, string loss)
    {
        Assert.NotEmpty(loss);
        GivesTheBits<float>(EvaluationCases.All[index]);
        GivesTheBits<double>(EvaluationCases.All[index]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_the_same_inside_a_scope_and_without_recording(int index, string loss)
    {
        Assert.NotEmpty(loss);
        BoundCase<float> bound = EvaluationCases.All[index].Bind<float>();
        (double value, float[][] gradients) = bound.Returned();
        using TensorScope scope = new();
        using (Autograd.NoGrad())
        {
            Assert.Equal(value, bound.Into());
            Assert.False(Autograd.Enabled);
        }

        for (int i = 0; i < gradients.Length; i++)
        {
            Assert.Equal(gradients[i], bound.Gradients[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Allocates_nothing_for_a_formula(int index, string loss)
    {
        EvaluationCase of = EvaluationCases.All[index];
        bool isComposed = EvaluationCases.Composed.Contains(loss) || of.Loss is PairMarginLoss { OverNonZero: true }
            || (of is VarianceCase && of.Bind<float>().Gradients is [{ Length: 12 }, { Length: 4 }]);
        long expected = isComposed ? long.MaxValue : 0;
        (long single, long twice) = (Allocated<float>(of, expected), Allocated<double>(of, expected));
        using TensorScope scope = new();
        long scoped = Allocated<float>(of, expected);
        Assert.True(
            isComposed ? single > 0 : single + twice + scoped == 0,
            $"{of}: {single} bytes for floats, {twice} for doubles, {scoped} in a scope");
    }

    [Fact]
    public void Allocates_the_returned_arrays_only()
    {
        float[] x = [1, 2, 3], y = [3, 2, 5];
        HuberLoss loss = new();
        for (int i = 0; i < 50; i++)
        {
            loss.Evaluate(x, y);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        float[] array = new float[3];
        long ofArray = GC.GetAllocatedBytesForCurrentThread() - before;
        long least = Allocations.Least(() => loss.Evaluate(x, y), ofArray);

        Assert.Equal((3, ofArray), (array.Length, least));
    }

    [Fact]
    public void Allocates_nothing_for_batches_of_changing_length()
    {
        HuberLoss loss = new();
        float[] x = new float[200], y = new float[200], g = new float[200];
        Evaluate();
        Assert.Equal(0, Allocations.Least(Evaluate));

        void Evaluate()
        {
            for (int n = 1; n <= x.Length; n++)
            {
                loss.Evaluate<float>(x.AsSpan(0, n), y.AsSpan(0, n), g.AsSpan(0, n));
            }
        }
    }

    [Fact]
    public void Allocates_nothing_for_labels_of_int()
    {
        (float[] x, float[] gradient, int[] labels) = (new float[20], new float[20], [0, 1, 2, 3, 0]);
        CrossEntropyLoss loss = new();
        for (int i = 0; i < 50; i++)
        {
            loss.Evaluate(x, labels, gradient);
        }

        long least = Allocations.Least(() => loss.Evaluate(x, labels, gradient));

        Assert.Equal(0, least);
        Assert.Equal(-0.75f / 5, gradient[0], 1e-6f);
    }

    [Fact]
    public void Any_number_of_threads_may_use_one_loss()
    {
        foreach (EvaluationCase of in EvaluationCases.All)
        {
            (double value, float[][] gradients) = of.Bind<float>().Returned();
            Parallel.For(0, 16, _ =>
            {
                BoundCase<float> own = of.Bind<float>();
                for (int i = 0; i < 5; i++)
                {
                    Assert.Equal(value, own.Into());
                    Assert.Equal(gradients[0], own.Gradients[0]);
                }
            });
        }
    }

    [Fact]
    public void A_copy_with_another_option_is_another_loss()
    {
        float[] x = [3], y = [0], g = [0];
        HuberLoss one = new();
        Assert.Equal(2.5, one.Evaluate(x, y, g));
        HuberLoss two = one with { Delta = 2 };
        Assert.Equal(4, two.Evaluate(x, y, g));
        Assert.Equal(2, g[0]);
        Assert.Equal(2.5, one.Evaluate(x, y, g));
        Assert.Equal(one, new HuberLoss());
        Assert.Equal(one.GetHashCode(), new HuberLoss().GetHashCode());
        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Integer_literals_and_collections_are_accepted_as_floats()
    {
        (double value, float[] gradient) = new MSELoss().Evaluate([1f, 2f], [1f, 4f]);
        Assert.Equal(2, value);
        Assert.Equal([0f, -2f], gradient);
        (double same, double[] ofDoubles) = new MSELoss().Evaluate([1.0, 2.0], [1.0, 4.0], [1, 2]);
        Assert.Equal(2, same);
        Assert.Equal([0.0, -2.0], ofDoubles);
    }

    [Fact]
    public void A_gradient_that_is_not_needed_is_not_computed()
    {
        float[] x = [1, 2], y = [0, 0], g2 = [9, 9];
        Assert.Equal(1, new L1Loss().Evaluate(x, [1f, 1f], Span<float>.Empty) * 2);
        double both = new MarginRankingLoss().Evaluate<float>(x, y, [-1f, -1f], [], g2);
        Assert.Equal(1.5, both);
        Assert.Equal([-0.5f, -0.5f], g2);
    }

    [Fact]
    public void Own_losses_are_evaluated_too()
    {
        (double value, float[] gradient) = new OwnLoss().Evaluate([3f, -1f], [1f, 1f]);
        Assert.Equal(4, value);
        Assert.Equal([2f, -2f], gradient);
    }

    static void GivesTheBits<T>(EvaluationCase of)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BoundCase<T> bound = of.Bind<T>();
        (double expected, T[][] gradients) = bound.ByTensors();
        Assert.True(double.IsFinite(expected) && expected != 0);
        Assert.Contains(gradients, static gradient => gradient.Any(static g => g != T.Zero));
        (double returned, T[][] ofReturned) = bound.Returned();
        Assert.Equal(expected, returned);
        Assert.Equal(expected, bound.Into());
        for (int i = 0; i < gradients.Length; i++)
        {
            Assert.Equal(gradients[i], ofReturned[i]);
            Assert.Equal(gradients[i], bound.Gradients[i]);
        }
    }

    static long Allocated<T>(EvaluationCase of, long expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BoundCase<T> bound = of.Bind<T>();
        for (int i = 0; i < 50; i++)
        {
            bound.Into();
        }

        return Allocations.Least(() => bound.Into(), expected);
    }

    /// <summary>Half the squared error, summed.</summary>
    sealed record OwnLoss : IPredictionLoss
    {
        public Tensor Forward(Tensor prediction, Tensor target) => (prediction - target).Pow(2).Sum() * 0.5;
    }
}
