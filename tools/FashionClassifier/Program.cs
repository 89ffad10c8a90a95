// Trains the network that is embedded in Criterion.Training as its eye for small images (FashionClassifier), on 8,000 of the
// 10,000 embedded images of Fashion-MNIST, and reports how many of the other 2,000 it classes rightly. The same bits come out
// on any number of threads.
//
//     dotnet run -c Release --project tools/FashionClassifier -- src/Criterion.Training/Data/fashion-classifier.safetensors [epochs]
using System.Diagnostics;
using System.Globalization;
using Criterion;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;
using Criterion.Training;

const int Batch = 100;
const double Rate = 3e-3;
const double Decay = 0.05;

if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("usage: TrainFashionClassifier FILE.safetensors [epochs]");
    return 1;
}

int epochs = args.Length == 2 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 24;
ImageDataset data = ImageDataset.FashionMnist();
(Tensor learned, Tensor heldOut) = FashionClassifier.Split();
RandomStream random = new(1);
FashionClassifier network = new(random.Fork(0));
RandomStream augmentation = random.Fork(1);
BatchSampler sampler = new(learned.Count, Batch, random.Fork(2));
int steps = epochs * (learned.Count / Batch);
AdamW optimizer = new(network.Parameters(), Rate, weightDecay: Decay);
LearningRateSchedule schedule = new(optimizer, new CosineSchedule(1, 0, steps));
Stopwatch watch = Stopwatch.StartNew();
for (int step = 1; step <= steps; step++)
{
    double loss = Step();
    if (step % (learned.Count / Batch) == 0)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {step}/{steps}  loss {loss:F4}  held-out accuracy {Accuracy(heldOut):P2}  {watch.Elapsed:hh\\:mm\\:ss}"));
    }
}

double accuracy = Accuracy(heldOut);
Safetensors.Write(args[0], network.StateDict(), new OrderedDictionary<string, string>
{
    ["architecture"] = FashionClassifier.FeatureName,
    ["epochs"] = epochs.ToString(CultureInfo.InvariantCulture),
    ["held-out accuracy"] = accuracy.ToString("F4", CultureInfo.InvariantCulture),
});
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{network.ParameterCount} parameters, held-out accuracy {accuracy:P2}, learned {Accuracy(learned):P2}, in {args[0]}"));
return 0;

double Step()
{
    using TensorScope scope = new();
    Tensor items = learned.IndexSelect(0, sampler.Next());
    network.Train();
    Tensor logits = network.Forward(Vary(data.Images.IndexSelect(0, items)));
    Tensor loss = -logits.LogSoftmax(1).Gather(1, data.Labels!.IndexSelect(0, items).Unsqueeze(1)).Mean();
    optimizer.ZeroGrad();
    loss.Backward();
    optimizer.Step();
    schedule.Step();
    return loss.Item();
}

// The whole batch moves by up to two pixels, and is mirrored half of the time.
Tensor Vary(Tensor images)
{
    const int Border = 2;
    (int down, int right) = ((int)(augmentation.NextDouble() * 5), (int)(augmentation.NextDouble() * 5));
    Tensor moved = images.Pad([Border, Border, Border, Border], -1).Narrow(2, down, images.Shape[2]).Narrow(3, right, images.Shape[3]);
    return augmentation.NextDouble() < 0.5 ? moved.Flip(3) : moved;
}

double Accuracy(Tensor items)
{
    network.Eval();
    using (Autograd.NoGrad())
    {
        return items.Split(Batch).Sum(Right) / items.Count;
    }

    double Right(Tensor part)
    {
        using TensorScope scope = new();
        Tensor guess = network.Forward(data.Images.IndexSelect(0, part)).ArgMax(1);
        return guess.EqualTo(data.Labels!.IndexSelect(0, part)).To(DType.Float32).Sum().Item();
    }
}
