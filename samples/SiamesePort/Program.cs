using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;
using Criterion.Training;

// A Siamese network as it is written in PyTorch, ported line by line: two images, one network, the distance of its outputs.
var model = new SiameseNetwork();
var criterion = new ContrastiveLoss(margin: 1);
var optimizer = new Adam(model.Parameters(), learningRate: 1e-3);
var scheduler = new LearningRateSchedule(optimizer, new StepSchedule(1, every: 100, factor: 0.5));
var pairs = new PairSampler(ImageDataset.FashionMnist(), batch: 32, new RandomStream(1));
for (int step = 1; step <= 200; step++)
{
    using TensorScope scope = new();
    (Tensor image1, Tensor image2, Tensor label) = pairs.Pairs();
    (Tensor output1, Tensor output2) = model.Forward(image1, image2);
    Tensor loss = criterion.Forward(output1, output2, label);
    optimizer.ZeroGrad();
    loss.Backward();
    GradientClip.ByNorm(model.Parameters(), 1);
    optimizer.Step();
    scheduler.Step();
    Console.Write(step % 50 == 0 ? $"step {step}: {loss.Item<float>():0.0000}\n" : "");
}

sealed class SiameseNetwork : Module
{
    readonly Sequential _features;

    public SiameseNetwork() => _features = Child("features", new Sequential(
        new Conv2d(1, 16, 5, stride: 2), new ReLU(), new MaxPool2d(2), new Flatten(),
        new Linear(784, 64), new ReLU(), new Dropout(0.1), new Linear(64, 16)));

    public override Tensor Forward(Tensor input) => _features.Forward(input);

    public (Tensor Output1, Tensor Output2) Forward(Tensor image1, Tensor image2) => (Forward(image1), Forward(image2));
}
