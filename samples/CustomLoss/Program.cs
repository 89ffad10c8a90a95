using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using CustomLoss;

var loss = new LinexLoss(asymmetry: 2);
Console.WriteLine($"formula {loss.ToLatex()}");

// Both derivatives come from the formula; this compares them with central differences.
GradCheck.Check(x => loss.Forward(x[0], x[1]), [Tensor.Randn([5], DType.Float64), Tensor.Randn([5], DType.Float64)]);
Console.WriteLine("derivatives agree to second order");

// The target is noisy and overestimates cost more than underestimates: the trained prediction stays below the target.
Console.WriteLine($"too high {Share(loss):0.00}");
Console.WriteLine($"too high, by MSE {Share(new MSELoss()):0.00}");

// The fraction of predictions above the target after training.
static double Share(IPredictionLoss loss)
{
    var model = new Sequential(new Linear(1, 16), new Tanh(), new Linear(16, 1));
    var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
    for (int step = 0; step < 300; step++)
    {
        (Tensor x, Tensor y) = Sample(64);
        optimizer.ZeroGrad();
        loss.Forward(model.Forward(x), y).Backward();
        optimizer.Step();
    }

    using var inference = Autograd.NoGrad();
    (Tensor input, Tensor target) = Sample(10_000);
    return (model.Forward(input) > target).Mean().Item();
}

static (Tensor X, Tensor Y) Sample(int count)
{
    Tensor x = Tensor.Rand([count, 1], low: -1, high: 1);
    return (x, (x * 3).Sin() + (Tensor.Randn([count, 1]) * 0.5));
}
