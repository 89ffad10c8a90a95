using Criterion;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;

// Trains 20 steps in one go, and again in two runs of 10 with a checkpoint in between. Both end with the same bits.
string path = Path.Combine(args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory().FullName, "checkpoint.safetensors");
float[] whole = Train(seed: 1, steps: 20);
Train(seed: 1, steps: 10, path);
float[] resumed = Train(seed: 2, steps: 20, path); // as a new process: other weights and random numbers, until it reads the checkpoint
Console.WriteLine($"the same bits: {whole.AsSpan().SequenceEqual(resumed)}");

static float[] Train(ulong seed, long steps, string? path = null)
{
    RandomStream.Seed(seed);
    Tensor x = Tensor.Randn([256, 4], random: new RandomStream(3)), y = x.Sum([1], keepDim: true).Sin();
    Sequential model = new(new Linear(4, 32), new ReLU(), new Dropout(0.2), new Linear(32, 1));
    AdamW optimizer = new(model.Parameters(), learningRate: 0.01);
    LearningRateSchedule schedule = new(optimizer, new CosineSchedule(1, 0, 20));
    (string, IStateful)[] parts = [("model", model), ("optimizer", optimizer), ("schedule", schedule), ("random", RandomStream.Default)];
    for (long step = File.Exists(path) ? Checkpoint.Read(path, parts) : 0; step < steps; step++)
    {
        Tensor batch = Tensor.RandInt(0, 256, [32]);
        Tensor loss = new HuberLoss().Forward(model.Forward(x.IndexSelect(0, batch)), y.IndexSelect(0, batch));
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
        schedule.Step();
        Console.WriteLine($"step {step + 1,2}  loss {loss.Item():0.0000}");
        if (path is not null)
        {
            Checkpoint.Write(path, step + 1, parts);
        }
    }

    return model.Forward(x).ToArray<float>();
}
