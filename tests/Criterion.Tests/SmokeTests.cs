using Criterion.Losses;
using Criterion.Nn;
using Criterion.Numbers;
using Criterion.Optim;

namespace Criterion.Tests;

/// <summary>Ten facts to read first: what the library does, one line or two each.</summary>
public class SmokeTests
{
    [Fact]
    public void Tensors_broadcast_as_in_NumPy()
    {
        Tensor sum = Tensor.From<float>([1, 2, 3]) + Tensor.From<float>([10, 20]).Unsqueeze(1);
        Assert.Equal([11f, 12, 13, 21, 22, 23], sum.ToArray<float>());
    }

    [Fact]
    public void Slices_are_views_of_the_same_memory()
    {
        Tensor x = Tensor.Zeros([3, 4]);
        x[.., 1..3] = Tensor.Ones([3, 2]);
        Assert.Equal([0f, 1, 1, 0], x[2].ToArray<float>());
    }

    [Fact]
    public void Backward_fills_the_gradients_of_leaves()
    {
        Tensor x = Tensor.From<double>([1, 2, 3]);
        x.RequiresGrad = true;
        (x * x).Sum().Backward();
        Assert.Equal([2.0, 4, 6], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Gradients_can_be_differentiated_again()
    {
        Tensor x = Tensor.Scalar(2, DType.Float64);
        x.RequiresGrad = true;
        Tensor slope = Criterion.Autograd.Grad(x * x * x, x, createGraph: true); // 3x²
        Assert.Equal(12, Criterion.Autograd.Grad(slope, x).Item()); // 6x
    }

    [Fact]
    public void A_loss_reduces_to_a_scalar_and_never_broadcasts()
    {
        Tensor prediction = Tensor.From<float>([1, 2, 3, 4]);
        Assert.Equal(2.5, new MSELoss().Forward(prediction, Tensor.From<float>([0, 2, 0, 4])).Item());
        Assert.Throws<ShapeException>(() => new MSELoss().Forward(prediction, Tensor.Scalar(0)));
    }

    [Fact]
    public void A_formula_is_written_once_and_runs_on_any_number()
    {
        Assert.Equal(0.25, default(MSELoss.SquaredError).Value<Real>(1.5, 1).Value);
        Assert.Equal("x - y^{2}",
            new MSELoss().ToLatex().Replace(@"\left(", "", StringComparison.Ordinal).Replace(@"\right)", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_learns()
    {
        RandomStream random = new(1);
        var model = new Linear(1, 1, random: random);
        var optimizer = new SGD(model.Parameters(), learningRate: 0.1);
        for (int step = 0; step < 200; step++)
        {
            Tensor x = Tensor.Randn([16, 1], random: random);
            Tensor loss = new MSELoss().Forward(model.Forward(x), (x * 3) - 1);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        Assert.Equal([3.0, -1.0], model.Parameters().Select(static p => Math.Round(p.Detach().Sum().Item(), 3)));
    }

    [Fact]
    public void A_gradient_penalty_is_differentiated_through_the_gradient()
    {
        Tensor w = Tensor.From<double>([3, 4]);
        w.RequiresGrad = true;
        Tensor penalty = new GradientPenalty(weight: 1).Forward(x => x.MatMul(w), Tensor.Ones([5, 2]), Tensor.Zeros([5, 2]));
        penalty.Backward();
        Assert.Equal(16, penalty.Item(), 1e-6); // (‖w‖ − 1)²
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers() =>
        Assert.Equal(Tensor.Randn([5], random: new(42)).ToArray<float>(), Tensor.Randn([5], random: new(42)).ToArray<float>());

    [Fact]
    public void A_scope_takes_memory_back_and_says_so()
    {
        Tensor lost;
        Tensor kept;
        using (var scope = new TensorScope())
        {
            lost = Tensor.Ones([100]);
            kept = scope.Keep(Tensor.Ones([100]));
        }

        Assert.Equal(100, kept.Sum().Item());
        Assert.Contains("scope.Keep", Assert.Throws<TensorException>(() => lost.Sum()).Message, StringComparison.Ordinal);
    }
}
