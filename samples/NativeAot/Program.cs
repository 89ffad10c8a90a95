using System.Diagnostics;
using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

// dotnet publish -c Release -r linux-x64 -p:PublishAot=true makes one native file of a few megabytes that starts in milliseconds.
var watch = Stopwatch.StartNew();
var model = new Sequential(new Linear(2, 32), new Tanh(), new Linear(32, 1));
var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
Tensor x = Tensor.Randn([256, 2]), y = x.Sum(1, keepDim: true).Sin();
Tensor loss = y;
for (int step = 0; step < 200; step++)
{
    optimizer.ZeroGrad();
    loss = new HuberLoss(delta: 0.5).Forward(model.Forward(x), y);
    loss.Backward();
    optimizer.Step();
}

Console.WriteLine($"loss {loss.Item<float>():0.0000} in {watch.ElapsedMilliseconds} ms, {new HuberLoss().ToLatex()}");
