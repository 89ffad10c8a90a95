using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

var model = new Sequential(new Linear(2, 32), new Tanh(), new Linear(32, 1));
var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
var loss = new BCEWithLogitsLoss();

for (int step = 0; step < 300; step++)
{
    Tensor points = Tensor.Rand([64, 2], low: -1, high: 1);
    Tensor inside = (points * points).Sum(1, keepDim: true).Less(0.5).To(DType.Float32);
    Tensor error = loss.Forward(model.Forward(points), inside);
    optimizer.ZeroGrad();
    error.Backward();
    optimizer.Step();
    if (step % 100 == 99)
    {
        Console.WriteLine($"step {step + 1}: {error.Item():0.000}");
    }
}
