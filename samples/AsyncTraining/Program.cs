using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

// Batches arrive asynchronously; each step is synchronous, so that no scope is open across an await.
using CancellationTokenSource stop = new(TimeSpan.FromMinutes(1));
var model = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 1));
var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
int steps = 0;
await foreach ((Tensor input, Tensor target) in BatchesAsync(count: 300).WithCancellation(stop.Token))
{
    double loss = Step(model, optimizer, input, target);
    if (++steps % 100 == 0)
    {
        Console.WriteLine($"step {steps}: {loss:0.0000}");
    }
}

static double Step(Module model, Optimizer optimizer, Tensor input, Tensor target)
{
    using TensorScope scope = new();
    Tensor loss = new MSELoss().Forward(model.Forward(input), target);
    optimizer.ZeroGrad();
    loss.Backward();
    optimizer.Step();
    return loss.Item();
}

static async IAsyncEnumerable<(Tensor Input, Tensor Target)> BatchesAsync(int count)
{
    for (int i = 0; i < count; i++)
    {
        await Task.Yield(); // in place of a file or a network
        Tensor input = Tensor.Randn([64, 2]);
        yield return (input, input.Sum(1, keepDim: true).Sin());
    }
}
